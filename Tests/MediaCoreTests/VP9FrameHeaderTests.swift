import ByteFixtures
import Testing

@testable import MediaCore

@Suite struct VP9FrameHeaderTests {
    /// The first bits of an uncompressed header: VP9 specification 6.2 and 7.2.
    static let headers: [(bits: String, profile: Int, isKey: Bool)] = [
        ("10 0 0 0 0 1 0", 0, true), ("10 0 0 0 0 0 1", 0, true), ("10 0 0 0 1 1 0", 0, false),
        ("10 0 0 1 000", 0, false), ("10 1 0 0 0 1 0", 1, true), ("10 0 1 0 0 1 0", 2, true),
        ("10 0 1 0 1 1 0", 2, false), ("10 1 1 0 0 0 1", 3, true), ("10 1 1 0 0 1 1", 3, false),
        ("10 1 1 0 1 0 1", 3, false),
    ]

    static func bytes(_ bits: String) -> [UInt8] {
        let digits = bits.filter { $0 != " " }
        return stride(from: 0, to: digits.count, by: 8).map { place in
            let byte = digits.dropFirst(place).prefix(8)
            return UInt8(byte, radix: 2)! << (8 - byte.count)
        }
    }

    @Test(arguments: headers) func firstByte(bits: String, profile: Int, isKey: Bool) {
        let header = VP9FrameHeader(Self.bytes(bits).span.bytes)
        #expect(header?.profile == profile && header?.isKey == isKey)
    }

    @Test(arguments: [[], [0x00], [0x49], [0xC2], hex("BA")] as [[UInt8]]) func noFrame(bytes: [UInt8]) {
        #expect(VP9FrameHeader(bytes.span.bytes) == nil)
    }

    /// frame_sync_code, color_config of each profile, frame_size of 1280x720.
    @Test(arguments: [
        ("10000010 010010011000001101000010 010 0", "profile 0, BT.709"),
        ("10100010 010010011000001101000010 010 0 00 0", "profile 1"),
        ("10100010 010010011000001101000010 111 0", "profile 1, RGB"),
        ("10010010 010010011000001101000010 0 010 1", "profile 2, 10 bits"),
        ("101100010 010010011000001101000010 1 001 1 10 0", "profile 3, 12 bits"),
        ("101100010 010010011000001101000010 1 111 0", "profile 3, RGB"),
    ]) func sizeOfKeyFrame(bits: String, name: String) {
        let bytes = Self.bytes(bits + "0000010011111111 0000001011001111 0000")
        #expect(VP9FrameHeader.keySize(bytes.span.bytes).map { [$0.width, $0.height] } == [1280, 720], "\(name)")
        for count in 0..<bytes.count - 1 {
            let cut = Array(bytes[..<count])
            #expect(VP9FrameHeader.keySize(cut.span.bytes) == nil)
        }
    }

    @Test func noSize() {
        let inter = Self.bytes("10000110 010010011000001101000010 010 0 0000010011111111 0000001011001111")
        #expect(VP9FrameHeader.keySize(inter.span.bytes) == nil)
        let other = Self.bytes("10000010 010010011000001101000011 010 0 0000010011111111 0000001011001111")
        #expect(VP9FrameHeader.keySize(other.span.bytes) == nil)
    }

    @Test(arguments: [
        ("10 0 0 0 1 1 0", true), ("10 0 0 0 1 0 0", false), ("10 0 0 1 000", true), ("10 1 1 0 0 0 1", true),
    ])
    func shown(bits: String, isShown: Bool) {
        let frame = Self.bytes(bits)
        #expect(VP9FrameHeader(frame.span.bytes)?.isShown == isShown)
    }

    /// Two frames of 3 and 2 bytes, their sizes in one byte each; then indices that are cut, or do not begin as they end.
    @Test(arguments: [
        ("840000 8600 C1 03 02 C1", true), ("C9 0300 0200 C9", true), ("03 02 C1", false), ("C2 03 02 C1", false),
        ("840000", false), ("", false), ("C0 05 C0", true), ("C1", false),
    ]) func superframe(bytes: String, isSuperframe: Bool) {
        let unit = hex(bytes)
        #expect(VP9FrameHeader.isSuperframe(unit.span.bytes) == isSuperframe)
    }
}
