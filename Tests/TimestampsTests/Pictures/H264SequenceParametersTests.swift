import MediaCore
import Testing

@testable import Timestamps

@Suite struct H264SequenceParametersTests {
    /// Baseline, one macroblock, with timing_info in its VUI: H.264 7.3.2.1.1 and E.1.1.
    private static func bytes(units: UInt32, scale: UInt32, isFixed: Bool) -> [UInt8] {
        // profile_idc 66, no constraints, level 1; then SPS 0, frame numbers and orders of 4 bits, one reference, no gaps, 1x1, frames only,
        // no 8x8 inference, no cropping; a VUI without aspect, overscan, colours and chroma places.
        // No HRD, no pic_struct, no restrictions; rbsp_trailing_bits.
        let fields: [String] = [
            binary(66, 8), binary(0, 8), binary(10, 8), "1", "111", "010", "0", "11", "1", "0", "0", "1", "0000", "1",
            binary(UInt64(units), 32), binary(UInt64(scale), 32), isFixed ? "1" : "0", "00", "0", "0", "1",
        ]
        let bits = fields.joined()
        let padded = Array(bits + String(repeating: "0", count: (8 - bits.count % 8) % 8))
        return stride(from: 0, to: padded.count, by: 8).map { UInt8(String(padded[$0..<$0 + 8]), radix: 2)! }
    }

    private static func binary(_ value: UInt64, _ width: Int) -> String {
        let digits = String(value, radix: 2)
        return String(repeating: "0", count: width - digits.count) + digits
    }

    /// A tick is a field's, of a frame rate that is fixed or at most 300 per second; faster ones are a clock's.
    @Test(
        arguments: [
            (1, 50, true, TimeBase(1, 25)), (1, 50, false, TimeBase(1, 25)),
            (1_001, 60_000, false, TimeBase(1_001, 30_000)),
            (1, 599, false, TimeBase(2, 599)), (1, 600, false, TimeBase(1, 300)), (1, 601, false, nil),
            (1, 2_000, false, nil),
            (1, 2_000, true, TimeBase(1, 1_000)), (1, 90_000, false, nil), (0, 50, false, nil), (1, 0, false, nil),
        ] as [(UInt32, UInt32, Bool, TimeBase?)]) func rates(
            units: UInt32, scale: UInt32, isFixed: Bool, expected: TimeBase?
        ) throws
    {
        let parameters = try #require(
            H264SequenceParameters(Self.bytes(units: units, scale: scale, isFixed: isFixed)))
        #expect(parameters.frameDuration == expected)
    }
}
