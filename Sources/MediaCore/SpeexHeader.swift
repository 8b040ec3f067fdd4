/// The first packet of Speex in Ogg; numbers are signed, of 32 bits, least significant byte first.
/// ```
/// | "Speex   " | version (20 bytes) | version | header size | rate | mode | bit-stream version | channels | bit rate | frame size | VBR |
/// | frames per packet | extra headers | reserved | reserved |
/// ```
package struct SpeexHeader: Hashable, Sendable {
    package static let size = 80

    /// Hz.
    package let rate: UInt32
    package let channels: Int
    /// Samples.
    package let frameSize: Int
    package let isVariable: Bool
    package let framesPerPacket: Int

    /// Nil if it is none, or if a number in it is absurd.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count >= Self.size, bytes.starts(with: Array("Speex   ".utf8)) else { return nil }
        func number(_ offset: Int) -> Int {
            (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
        }
        // Old encoders wrote no number of frames.
        let frames = max(1, number(64))
        guard number(36) > 0, (1...2).contains(number(48)), (1...2_000).contains(number(56)), frames <= 64 else {
            return nil
        }
        rate = UInt32(number(36))
        (channels, frameSize, isVariable, framesPerPacket) = (number(48), number(56), number(60) != 0, frames)
    }

    /// Of a packet, per channel.
    package var samplesPerPacket: Int { frameSize * framesPerPacket }
}
