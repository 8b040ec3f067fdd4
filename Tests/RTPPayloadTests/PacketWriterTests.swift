import RTPPayload
import Testing

/// Runs, as packets of hand-picked sizes form them: each NAL unit is a packet of its own here.
@Suite struct PacketWriterTests {
    private let layout = PacketLayout(prefix: 4, maximumPacketSize: 128)

    @Test(arguments: [
        ([100], [[100]]),
        ([100, 100, 100], [[100, 100, 100]]),
        ([100, 100, 60], [[100, 100, 60]]),
        ([100, 60, 60], [[100, 60], [60]]),
        ([60, 100], [[60], [100]]),
        ([60, 60, 100, 100, 70, 100], [[60, 60], [100, 100, 70], [100]]),
    ])
    func runs(sizes: [Int], expected: [[Int]]) throws {
        var packetizer = try H264Tests.packetizer(layout)
        // Two of them do not fit in one STAP-A.
        let nals = sizes.map { [UInt8](repeating: 0x41, count: $0) }
        let made = try Packetized(&packetizer, H264Tests.unit(nals), layout: layout)
        let sizes = made.runs.map { run in
            [Int](repeating: Int(run.packetSize) - 12, count: Int(run.count) - 1) + [Int(run.lastPacketSize) - 12]
        }
        #expect(sizes == expected)
        #expect(made.runs[0].offset == 1005, "base and what lies in the output before")
    }
}
