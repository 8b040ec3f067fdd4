internal import MediaCore

/// The order in which an H.265 track's pictures come out: picture order count, H.265 8.3.1.
struct H265Pictures: Sendable {
    private static let maximumSliceHeader = 64
    private static let maximumParameterSet = 4096

    /// What of a picture parameter set (H.265 7.3.2.3) slice headers hang on.
    private struct PictureParameters {
        var sequence: Int
        /// num_extra_slice_header_bits
        var extraBits: Int
        var hasOutputFlag: Bool
    }

    private let framing: NALUnits
    private var sequences: [Int: H265SequenceParameters] = [:]
    private var pictures: [Int: PictureParameters] = [:]
    private(set) var reorderDepth: Int?
    private(set) var frameDuration: TimeBase?
    private var last = PictureRank(sequence: 0, order: 0)
    private var isFirst = true
    /// PicOrderCntVal of the previous picture of the lowest sub-layer that others may refer to.
    private var previous: Int64 = 0

    init(configuration: [UInt8]) {
        // hvcC, ISO/IEC 14496-15 8.3.3.1; a start code begins with 00.
        let isRecord = configuration.count > 22 && (configuration[0] != 0 || configuration[1] != 0)
        framing = isRecord ? .lengths(size: Int(configuration[21] & 3) + 1) : .startCodes
        if isRecord {
            readRecord(configuration)
        } else {
            framing.visit(configuration.span.bytes) { unit in
                readParameterSet(unit)
                return true
            }
        }
    }

    mutating func reset() {
        last = PictureRank(sequence: 0, order: 0)
        isFirst = true
        previous = 0
    }

    mutating func picture(in bytes: RawSpan) -> Picture? {
        var result: Picture?
        framing.visit(bytes) { unit in
            guard unit.byteCount > 2, unit.byte(0) & 1 == 0, unit.byte(1) & 0xF8 == 0 else { return true }
            switch Self.type(unit) {
            case 32...34: readParameterSet(unit)
            case 0...9, 16...21:
                if let rank = rank(unit) {
                    last = rank
                } else {
                    last.order += 1
                }
                result = Picture(rank: last)
                return false
            default: break
            }
            return true
        }
        return result
    }

    private static func type(_ unit: RawSpan) -> UInt8 { unit.byte(0) >> 1 & 0x3F }

    /// Of the picture whose first slice segment `unit` is; nil if its header cannot be read.
    private mutating func rank(_ unit: RawSpan) -> PictureRank? {
        let type = Self.type(unit)
        var reader = BitReader(NALUnits.payload(unit, headerSize: 2, limit: Self.maximumSliceHeader))
        guard reader.flag() == true, !(16...23).contains(type) || reader.skip(1),
            let identifier = reader.unsigned(upTo: 63), let picture = pictures[identifier],
            let sequence = sequences[picture.sequence], reader.skip(picture.extraBits), reader.unsigned(upTo: 2) != nil,
            !picture.hasOutputFlag || reader.skip(1), !sequence.hasSeparatePlanes || reader.skip(2)
        else { return nil }
        let isIDR = type == 19 || type == 20
        var order: Int64 = 0
        if !isIDR {
            guard let lsb = reader.bits(sequence.orderBits) else { return nil }
            let isBroken = (16...18).contains(type)
            order = isFirst || isBroken ? Int64(lsb) : self.order(lsb: Int64(lsb), bits: sequence.orderBits)
        }
        // IDR and BLA: NoRaslOutputFlag is 1, what came before comes out first (C.5.2.2).
        var sequenceNumber = last.sequence
        if (16...20).contains(type), !isFirst { sequenceNumber += 1 }
        // Leading pictures and sub-layer non-reference ones are not counted from (8.3.1).
        let isCounted = !(6...9).contains(type) && !(type <= 14 && type % 2 == 0)
        if unit.byte(1) & 7 == 1, isCounted { previous = order }
        isFirst = false
        return PictureRank(sequence: sequenceNumber, order: order)
    }

    /// 8.3.1, for a picture that goes on counting; at the first one and at BLA pictures the most significant bits are 0.
    private func order(lsb: Int64, bits: Int) -> Int64 {
        let modulus: Int64 = 1 << Int64(bits)
        let before = (previous % modulus + modulus) % modulus
        var msb = previous - before
        if lsb < before, before - lsb >= modulus / 2 {
            msb += modulus
        } else if lsb > before, lsb - before > modulus / 2 {
            msb -= modulus
        }
        return msb + lsb
    }

    private mutating func readRecord(_ record: [UInt8]) {
        var offset = 23
        for _ in 0..<record[22] {
            guard offset + 3 <= record.count else { return }
            let count = Int(record[offset + 1]) << 8 | Int(record[offset + 2])
            offset += 3
            for _ in 0..<count {
                guard offset + 2 <= record.count else { return }
                let length = Int(record[offset]) << 8 | Int(record[offset + 1])
                offset += 2
                guard length <= record.count - offset else { return }
                if length > 0 { readParameterSet(record.span.bytes.extracting(offset..<offset + length)) }
                offset += length
            }
        }
    }

    private mutating func readParameterSet(_ unit: RawSpan) {
        guard unit.byteCount > 2, (32...34).contains(Self.type(unit)) else { return }
        let payload = NALUnits.payload(unit, headerSize: 2, limit: Self.maximumParameterSet)
        switch Self.type(unit) {
        case 32: frameDuration = H265VideoParameters.frameDuration(payload) ?? frameDuration
        case 33:
            guard let sequence = H265SequenceParameters(payload) else { return }
            sequences[sequence.identifier] = sequence
            // The largest that the track has had, so that the delay does not shrink on its way.
            reorderDepth = max(reorderDepth ?? 0, sequence.reorderDepth)
            frameDuration = sequence.frameDuration ?? frameDuration
        default:
            var reader = BitReader(payload)
            guard let identifier = reader.unsigned(upTo: 63), let sequence = reader.unsigned(upTo: 15),
                reader.skip(1), let hasOutputFlag = reader.flag(), let extraBits = reader.bits(3)
            else { return }
            pictures[identifier] = PictureParameters(
                sequence: sequence, extraBits: Int(extraBits), hasOutputFlag: hasOutputFlag)
        }
    }
}
