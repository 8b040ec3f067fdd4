import RTPPayload

/// What a receiver makes of RFC 4175 payloads, written from the RFC's tables: samples by component.
struct RawReceiver {
    let width: Int
    let height: Int
    private let depth: Int
    private let sampling: Sampling
    /// By component, then by line of the picture; nil where nothing came.
    private(set) var samples: [[[Int?]]]

    /// RFC 4175 4.3: the components of a group's samples, and which of its pixels each belongs to.
    private struct Sampling {
        let pixels: Int
        let lines: Int
        let order: [(component: Int, x: Int, line: Int)]
    }

    init(_ format: PayloadFormat) throws {
        let values = Dictionary(uniqueKeysWithValues: format.fmtp.map { ($0.name, $0.value) })
        guard let width = values["width"].flatMap({ Int($0) }), let height = values["height"].flatMap({ Int($0) }),
            let depth = values["depth"].flatMap({ Int($0) }), let sampling = values["sampling"],
            values["colorimetry"] != nil
        else { throw DepacketizationError("fmtp") }
        (self.width, self.height, self.depth) = (width, height, depth)
        switch sampling {
        case "RGB": self.sampling = Self.pixel([0, 1, 2])
        case "BGR": self.sampling = Self.pixel([2, 1, 0])
        case "RGBA": self.sampling = Self.pixel([0, 1, 2, 3])
        case "BGRA": self.sampling = Self.pixel([2, 1, 0, 3])
        case "YCbCr-4:4:4": self.sampling = Self.pixel([1, 0, 2])
        case "YCbCr-4:2:2":
            self.sampling = Sampling(pixels: 2, lines: 1, order: [(1, 0, 0), (0, 0, 0), (2, 0, 0), (0, 1, 0)])
        case "YCbCr-4:2:0":
            self.sampling = Sampling(
                pixels: 2, lines: 2,
                order: [(0, 0, 0), (0, 1, 0), (0, 0, 1), (0, 1, 1), (1, 0, 0), (2, 0, 0)])
        case "YCbCr-4:1:1":
            self.sampling = Sampling(
                pixels: 4, lines: 1, order: [(1, 0, 0), (0, 0, 0), (0, 1, 0), (2, 0, 0), (0, 2, 0), (0, 3, 0)])
        default: throw DepacketizationError(sampling)
        }
        samples = Array(
            repeating: Array(repeating: Array(repeating: nil, count: width), count: height), count: 4)
    }

    private static func pixel(_ components: [Int]) -> Sampling {
        Sampling(pixels: 1, lines: 1, order: components.map { ($0, 0, 0) })
    }

    /// A payload: RFC 4175 4.1 and 4.2.
    mutating func take(_ payload: [UInt8]) throws {
        guard payload.count > 8, payload[0] == 0, payload[1] == 0 else { throw DepacketizationError("header") }
        var headers: [(length: Int, line: Int, offset: Int)] = []
        var position = 2
        var isContinued = true
        while isContinued {
            guard position + 6 <= payload.count else { throw DepacketizationError("line header") }
            let words = (0..<3).map { Int(payload[position + 2 * $0]) << 8 | Int(payload[position + 2 * $0 + 1]) }
            headers.append((words[0], words[1], words[2] & 0x7FFF))
            isContinued = words[2] & 0x8000 != 0
            position += 6
        }
        for header in headers {
            guard header.length > 0, position + header.length <= payload.count else {
                throw DepacketizationError("length \(header.length)")
            }
            try take(Array(payload[position..<position + header.length]), line: header.line, offset: header.offset)
            position += header.length
        }
        guard position == payload.count else { throw DepacketizationError("bytes without a line") }
    }

    private mutating func take(_ bytes: [UInt8], line: Int, offset: Int) throws {
        let groupBits = sampling.order.count * depth
        guard bytes.count * 8 % groupBits == 0, offset % sampling.pixels == 0, line % sampling.lines == 0 else {
            throw DepacketizationError("part of a group")
        }
        var bit = 0
        for group in 0..<bytes.count * 8 / groupBits {
            for place in sampling.order {
                var value = 0
                for _ in 0..<depth {
                    value = value << 1 | Int(bytes[bit / 8] >> (7 - bit % 8) & 1)
                    bit += 1
                }
                let (x, y) = (offset + group * sampling.pixels + place.x, line + place.line)
                guard x < width, y < height, samples[place.component][y][x] == nil else {
                    throw DepacketizationError("sample outside the picture, or twice")
                }
                samples[place.component][y][x] = value
            }
        }
    }
}
