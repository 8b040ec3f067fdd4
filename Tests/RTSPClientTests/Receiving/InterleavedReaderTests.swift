import RTSP
import Testing

@testable import RTSPClient

@Suite struct InterleavedReaderTests {
    private enum Piece: Equatable {
        case frame(UInt8, [UInt8])
        case status(UInt16, [UInt8])
    }

    /// Frames of several sizes, a reply with a body that looks like a frame, blank lines, a reply without a body.
    private static let stream: [UInt8] =
        [0x24, 0, 0, 3, 1, 2, 3]
        + Array("RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 5\r\n\r\n$\u{0}\u{0}ab".utf8)
        + [0x24, 7, 0, 0]
        + [0x24, 2, 1, 4] + [UInt8](repeating: 0x24, count: 260)
        + Array("\r\n".utf8)
        + [0x24, 1, 0, 1, 9]
        + Array("RTSP/1.0 404 Not Found\r\nCSeq: 2\r\n\r\n".utf8)
        + [0x24, 3, 0, 2, 8, 8]

    private static let pieces: [Piece] = [
        .frame(0, [1, 2, 3]), .status(200, Array("$\u{0}\u{0}ab".utf8)), .frame(7, []),
        .frame(2, [UInt8](repeating: 0x24, count: 260)), .frame(1, [9]), .status(404, []), .frame(3, [8, 8]),
    ]

    private static func read(_ reads: [ArraySlice<UInt8>]) throws -> [Piece] {
        var reader = InterleavedReader()
        var pieces: [Piece] = []
        for bytes in reads {
            try bytes.withUnsafeBytes { raw in
                try reader.read(
                    raw, frame: { id, payload in pieces.append(.frame(id, payload.withUnsafeBytes { Array($0) })) },
                    message: { message in
                        if case .response(let response) = message {
                            pieces.append(.status(response.status.rawValue, response.body))
                        }
                    })
            }
        }
        return pieces
    }

    @Test func everySplitPointGivesTheSame() throws {
        for first in 0...Self.stream.count {
            #expect(try Self.read([Self.stream[..<first], Self.stream[first...]]) == Self.pieces, "at \(first)")
        }
    }

    @Test(arguments: [1, 2, 3, 5, 64])
    func smallReadsGiveTheSame(size: Int) throws {
        let reads = stride(from: 0, to: Self.stream.count, by: size)
            .map { Self.stream[$0..<min($0 + size, Self.stream.count)] }
        #expect(try Self.read(reads) == Self.pieces)
    }

    @Test func theLargestFrameComesWhole() throws {
        let payload = (0..<65_535).map { UInt8(truncatingIfNeeded: $0) }
        let bytes = [0x24, 5, 0xFF, 0xFF] + payload
        #expect(try Self.read([bytes[..<40_000], bytes[40_000...]]) == [.frame(5, payload)])
    }

    @Test func garbageIsAnError() {
        let bytes: [UInt8] = [0x24, 0, 0, 1, 5, 0xFF, 0xFE]
        #expect(throws: ParseError.self) { try Self.read([bytes[...]]) }
    }
}
