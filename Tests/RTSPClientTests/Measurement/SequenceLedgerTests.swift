import RTP
import RTSPClient
import Testing

@Suite struct SequenceLedgerTests {
    private static func ledger(_ numbers: [UInt16]) -> SequenceLedger {
        var ledger = SequenceLedger()
        for number in numbers { _ = ledger.receive(SequenceNumber(number)) }
        return ledger
    }

    /// Numbers; lost, duplicates, reordered.
    @Test(
        arguments: [
            ([], 0, 0, 0),
            ([7], 0, 0, 0),
            ([1, 2, 3], 0, 0, 0),
            ([1, 2, 5], 2, 0, 0),
            // A duplicate does not hide a loss.
            ([1, 2, 2, 4], 1, 1, 0),
            ([1, 3, 2, 4], 0, 0, 1),
            ([1, 4, 2, 2], 1, 1, 1),
            // The second packet overtook the first.
            ([5, 4, 6], 0, 0, 1),
            // Over the wrap.
            ([65_534, 65_535, 0, 1], 0, 0, 0),
            ([65_534, 1], 2, 0, 0),
            ([65_535, 1, 0], 0, 0, 1),
            ([1, 65_535, 0], 0, 0, 2),
        ] as [([UInt16], Int64, Int64, Int64)])
    func counts(numbers: [UInt16], lost: Int64, duplicates: Int64, reordered: Int64) {
        let ledger = Self.ledger(numbers)
        #expect(ledger.lost == lost)
        #expect(ledger.duplicates == duplicates)
        #expect(ledger.reordered == reordered)
        #expect(ledger.received == Int64(numbers.count) - duplicates)
    }

    @Test func staysExactOverManyWraps() {
        var ledger = SequenceLedger()
        var skipped: Int64 = 0
        for number in 0..<300_000 {
            if number % 1009 == 1008 {
                skipped += 1
            } else {
                _ = ledger.receive(SequenceNumber(UInt16(truncatingIfNeeded: number)))
            }
        }
        #expect(skipped == 297)
        #expect(ledger.lost == skipped)
        #expect(ledger.duplicates == 0)
        #expect(ledger.expected == 300_000)
    }

    @Test func aGapIsFilledWithinTheWindowOnly() {
        var ledger = SequenceLedger()
        _ = ledger.receive(SequenceNumber(0))
        _ = ledger.receive(SequenceNumber(1))
        for number in 3...(SequenceLedger.window + 1) { _ = ledger.receive(SequenceNumber(UInt16(number))) }
        var within = ledger
        #expect(within.receive(SequenceNumber(2)) == .late)
        #expect(within.lost == 0)
        _ = ledger.receive(SequenceNumber(UInt16(SequenceLedger.window + 2)))
        #expect(ledger.receive(SequenceNumber(2)) == .tooLate)
        #expect(ledger.lost == 1)
    }

    /// A jump over the whole window leaves no packet of before marked as come.
    @Test func aLargeJumpForgetsTheWindow() {
        var ledger = Self.ledger(Array(0..<10))
        _ = ledger.receive(SequenceNumber(UInt16(10 + SequenceLedger.window * 2)))
        #expect(ledger.receive(SequenceNumber(UInt16(9 + SequenceLedger.window * 2))) == .late)
        #expect(ledger.lost == Int64(SequenceLedger.window * 2 - 1))
    }

    @Test(arguments: [(10, 10, 0), (10, 13, 3), (65_534, 1, 3), (13, 10, 0)] as [(UInt16, UInt16, Int64)])
    func countsWhatIsMissingBeforeTheFirst(announced: UInt16, first: UInt16, missing: Int64) {
        #expect(Self.ledger([first]).missing(from: SequenceNumber(announced)) == missing)
    }
}
