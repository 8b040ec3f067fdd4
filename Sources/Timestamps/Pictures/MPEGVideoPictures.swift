internal import MediaCore

/// ISO/IEC 11172-2 and 13818-2: picture types, fields and pulldown.
struct MPEGVideoPictures: Sendable {
    private var order = AnchorOrder()
    /// A frame, unless the sequence extension promises low delay (13818-2 6.3.5).
    private(set) var reorderDepth: Int? = 1
    private(set) var frameDuration: TimeBase?
    /// Of the sequence header alone.
    private var headerDuration: TimeBase?
    private var isProgressive = true
    /// picture_structure of the field before, if its frame lacks the other one.
    private var firstField: UInt32?

    init(configuration: [UInt8]) { _ = picture(in: configuration.span.bytes) }

    mutating func reset() {
        order.reset()
        firstField = nil
    }

    mutating func picture(in bytes: RawSpan) -> Picture? {
        var type: UInt32?
        var coding: CodingExtension?
        var pictures = 0
        var offset = 0
        while let code = bytes.startCodeEnd(from: offset) {
            offset = code
            switch bytes.byte(code) {
            case 0x00:
                pictures += 1
                if type == nil {
                    var reader = BitReader(bytes.copy(from: code + 1, limit: 4))
                    if reader.skip(10) { type = reader.bits(3) }
                }
            case 0xB3: readSequence(bytes.copy(from: code + 1, limit: 8))
            case 0xB5 where code + 1 < bytes.byteCount:
                switch bytes.byte(code + 1) >> 4 {
                case 1: readSequenceExtension(bytes.copy(from: code + 1, limit: 8))
                case 8 where coding == nil: coding = CodingExtension(bytes.copy(from: code + 1, limit: 6))
                default: break
                }
            // A slice: the rest is of interest only if the unit may hold a second field.
            case 0x01...0xAF where coding.map { $0.structure == 3 } ?? (type != nil): offset = bytes.byteCount
            default: break
            }
        }
        return type.map { picture(type: $0, coding: coding, pictures: pictures) }
    }

    private mutating func picture(type: UInt32, coding: CodingExtension?, pictures: Int) -> Picture {
        guard let coding, coding.structure != 3, pictures == 1 else {
            firstField = nil
            let shown = coding.map { $0.shownFields(isProgressiveSequence: isProgressive) } ?? 2
            return Picture(rank: order.rank(isB: type == 3), shownFields: shown)
        }
        let isSecond = firstField.map { $0 != coding.structure } ?? false
        firstField = isSecond ? nil : coding.structure
        let rank = order.rank(isB: type == 3, isSecondField: isSecond && type != 3)
        return Picture(rank: rank, codedFields: 1, shownFields: 1)
    }

    /// sequence_header of 13818-2 6.2.2.1.
    private mutating func readSequence(_ bytes: [UInt8]) {
        // Table 6-4, in frames per 1001 seconds or per second.
        let rates: [(Int32, Int32)] = [
            (24_000, 1001), (24, 1), (25, 1), (30_000, 1001), (30, 1), (50, 1), (60_000, 1001), (60, 1),
        ]
        guard bytes.count > 3, case let code = Int(bytes[3] & 0x0F), (1...rates.count).contains(code) else { return }
        headerDuration = TimeBase(rates[code - 1].1, rates[code - 1].0)
        frameDuration = headerDuration
    }

    /// sequence_extension of 13818-2 6.2.2.3.
    private mutating func readSequenceExtension(_ bytes: [UInt8]) {
        var reader = BitReader(bytes)
        guard reader.skip(12), let progressive = reader.flag(), reader.skip(27), let lowDelay = reader.flag(),
            let numerator = reader.bits(2), let denominator = reader.bits(5)
        else { return }
        isProgressive = progressive
        reorderDepth = lowDelay ? 0 : 1
        guard let frame = headerDuration else { return }
        frameDuration = TimeBase(
            frame.numerator * Int32(denominator + 1), frame.denominator * Int32(numerator + 1))
    }
}

/// picture_coding_extension of 13818-2 6.2.3.1, as far as it concerns time.
private struct CodingExtension {
    /// 1 top field, 2 bottom field, 3 frame.
    var structure: UInt32
    var isTopFirst: Bool
    var repeatsFirst: Bool

    init?(_ bytes: [UInt8]) {
        var reader = BitReader(bytes)
        guard reader.skip(22), let structure = reader.bits(2), let isTopFirst = reader.flag(), reader.skip(5),
            let repeatsFirst = reader.flag()
        else { return nil }
        self.structure = structure
        self.isTopFirst = isTopFirst
        self.repeatsFirst = repeatsFirst
    }

    /// 13818-2 6.3.10, repeat_first_field.
    func shownFields(isProgressiveSequence: Bool) -> Int {
        guard repeatsFirst else { return 2 }
        return isProgressiveSequence ? (isTopFirst ? 6 : 4) : 3
    }
}
