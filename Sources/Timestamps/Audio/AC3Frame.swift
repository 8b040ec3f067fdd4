/// AC-3 and Enhanced AC-3, ETSI TS 102 366: 1536 samples, or as many blocks of 256 as E.1.3.1.4 says.
enum AC3Frame {
    static func count(in unit: RawSpan) -> SampleCounter.Count? {
        var offset = 0
        var result: SampleCounter.Count?
        while let frame = frame(unit, at: offset) {
            // Dependent substreams, and programs but the first, sound at the same time (E.1.3.1.1).
            if !frame.isAccompanying {
                result = SampleCounter.Count(samples: (result?.samples ?? 0) + frame.samples, rate: frame.rate)
            }
            guard frame.length > 0, frame.length <= unit.byteCount - offset else { break }
            offset += frame.length
        }
        return result
    }

    /// `bitRate` is nil for Enhanced AC-3.
    typealias Frame = (samples: Int, rate: Int32, length: Int, isAccompanying: Bool, bitRate: Int?)

    /// By the header at `offset`; nil if none is there.
    static func frame(_ unit: RawSpan, at offset: Int) -> Frame? {
        guard unit.byteCount - offset >= 6 else { return nil }
        let isSwapped = unit.byte(offset) == 0x77 && unit.byte(offset + 1) == 0x0B
        // Byte-swapped streams have their words' bytes the other way round.
        func byte(_ index: Int) -> UInt8 { unit.byte(offset + (isSwapped ? index ^ 1 : index)) }
        guard byte(0) == 0x0B, byte(1) == 0x77 else { return nil }
        let identifier = Int(byte(5) >> 3)
        let rates: [Int32] = [48_000, 44_100, 32_000]
        let code = Int(byte(4) >> 6)
        if identifier <= 10 {
            guard code < 3 else { return nil }
            // Half and quarter rates: bsid 9 and 10.
            let rate = rates[code] >> Int32(max(0, identifier - 8))
            let size = Int(byte(4) & 0x3F)
            return (1536, rate, length(code: size, rate: code), false, bitRate(code: size) >> max(0, identifier - 8))
        }
        let kind = byte(2) >> 6
        let isAccompanying = kind == 1 || byte(2) >> 3 & 7 != 0
        let length = ((Int(byte(2) & 7) << 8 | Int(byte(3))) + 1) * 2
        if code == 3 {
            let half = Int(byte(4) >> 4 & 3)
            return half < 3 ? (1536, rates[half] / 2, length, isAccompanying, nil) : nil
        }
        return (256 * [1, 2, 3, 6][Int(byte(4) >> 4 & 3)], rates[code], length, isAccompanying, nil)
    }

    /// Bytes of an AC-3 frame, table 4.13; zero for a reserved code.
    private static func length(code: Int, rate: Int) -> Int {
        let bits = bitRate(code: code)
        switch rate {
        case 0: return bits * 1536 / 48_000 / 8
        case 1: return bits == 0 ? 0 : (bits * 1536 / 44_100 / 16 + code % 2) * 2
        default: return bits * 1536 / 32_000 / 8
        }
    }

    /// Per second at the full rates; zero for a reserved code.
    private static func bitRate(code: Int) -> Int {
        let kilobits = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640]
        return code / 2 < kilobits.count ? kilobits[code / 2] * 1000 : 0
    }
}
