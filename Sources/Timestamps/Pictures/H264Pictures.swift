internal import MediaCore

/// The order in which an H.264 track's pictures come out: picture order count, H.264 8.2.1.
struct H264Pictures: Sendable {
    /// Bytes of a slice header that are looked at; a longer one would have dozens of operations on its references.
    private static let maximumSliceHeader = 256
    private static let maximumParameterSet = 4096

    private let framing: NALUnits
    private var sequences: [Int: H264SequenceParameters] = [:]
    private var pictures: [Int: H264PictureParameters] = [:]
    private var counter = H264OrderCounter()
    private(set) var reorderDepth: Int?
    private(set) var frameDuration: TimeBase?
    private var last = PictureRank(sequence: 0, order: 0)

    init(configuration: [UInt8]) {
        // avcC, ISO/IEC 14496-15 5.3.3.1; a start code begins with 00.
        let isRecord = configuration.count > 6 && configuration[0] == 1
        framing = isRecord ? .lengths(size: Int(configuration[4] & 3) + 1) : .startCodes
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
        counter = H264OrderCounter()
        last = PictureRank(sequence: 0, order: 0)
    }

    mutating func picture(in bytes: RawSpan) -> Picture? {
        var first: H264Slice?
        var parameters: H264SequenceParameters?
        var hasSlice = false
        var isPair = false
        framing.visit(bytes) { unit in
            switch unit.byte(0) & 0x1F {
            case 7, 8: readParameterSet(unit)
            case 1, 2, 5:
                hasSlice = true
                guard let (slice, sequence) = slice(unit) else { return false }
                guard let started = first else {
                    first = slice
                    parameters = sequence
                    return slice.isField
                }
                isPair = slice.isField && slice.isBottom != started.isBottom
                return !isPair
            default: break
            }
            return true
        }
        guard hasSlice else { return nil }
        guard let first, let parameters else {
            // Not understood: behind the picture before.
            last.order += 1
            return Picture(rank: last)
        }
        last = counter.rank(of: first, parameters)
        if isPair { counter.pass(first) }
        let fields = first.isField && !isPair ? 1 : 2
        return Picture(rank: last, codedFields: fields, shownFields: fields)
    }

    private func slice(_ unit: RawSpan) -> (H264Slice, H264SequenceParameters)? {
        var reader = BitReader(NALUnits.payload(unit, headerSize: 1, limit: Self.maximumSliceHeader))
        guard reader.unsigned() != nil, let type = reader.unsigned(upTo: 9),
            let identifier = reader.unsigned(upTo: 255),
            let picture = pictures[identifier], let sequence = sequences[picture.sequence],
            let slice = H264Slice(header: unit.byte(0), type: type % 5, &reader, sequence, picture)
        else { return nil }
        return (slice, sequence)
    }

    private mutating func readRecord(_ record: [UInt8]) {
        var offset = 5
        for mask: UInt8 in [0x1F, 0xFF] {
            guard offset < record.count else { return }
            let count = record[offset] & mask
            offset += 1
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
        let payload = NALUnits.payload(unit, headerSize: 1, limit: Self.maximumParameterSet)
        if unit.byte(0) & 0x1F == 7, let sequence = H264SequenceParameters(payload) {
            sequences[sequence.identifier] = sequence
            // The largest that the track has had, so that the delay does not shrink on its way.
            if let depth = sequence.reorderDepth { reorderDepth = max(reorderDepth ?? 0, depth) }
            frameDuration = sequence.frameDuration ?? frameDuration
        } else if unit.byte(0) & 0x1F == 8, let picture = H264PictureParameters(payload) {
            pictures[picture.identifier] = picture
        }
    }
}
