package import MediaCore

/// Tells which of the units that a container calls key frames can be one: an AVI's index, or a movie without a table of sync samples, calls
/// every picture so, and an encoder with periodic intra refresh pictures that are whole only later.
package struct KeyPictures: Sendable {
    private enum Syntax: Sendable {
        /// Nothing is known against it.
        case any
        /// No picture refers to another, whether the container says so or not.
        case every
        case h263
        case mpeg4
        case mpegVideo
        case theora
        case h264(NALUnits)
        case h265(NALUnits, highestSubLayer: UInt8?)
        case vp8
        case vp9
        case av1(AV1Frames)
        case vc1(VC1Sequence?)
    }

    private let syntax: Syntax

    package init(_ codec: CodecDescription) {
        let configuration = codec.configuration
        switch codec.codec {
        case .h263: syntax = .h263
        case .mpeg4Visual: syntax = .mpeg4
        case .mpeg1Video, .mpeg2Video: syntax = .mpegVideo
        case .theora: syntax = .theora
        case .h264: syntax = .h264(NALUnits(record: configuration, lengthSizeAt: 4))
        case .h265:
            syntax = .h265(
                NALUnits(record: configuration, lengthSizeAt: 21),
                highestSubLayer: UnreferencedPictures.highestSubLayer(configuration))
        case .vp8: syntax = .vp8
        case .vp9: syntax = .vp9
        case .av1: syntax = .av1(AV1Frames(configuration: configuration))
        case .vc1, .wmv3: syntax = .vc1(VC1Unit.sequence(of: codec))
        case .motionJPEG, .jpeg2000, .dv, .rawVideo, .vc2: syntax = .every
        default: syntax = .any
        }
    }

    /// Decoding can begin with any unit.
    package var areAll: Bool {
        if case .every = syntax { return true }
        return false
    }

    /// False if the unit's first picture refers to others; nil where that cannot be read.
    /// - Parameter unit: in whole, or its beginning up to the first slice's header.
    package func canBegin(with unit: RawSpan) -> Bool? {
        switch syntax {
        case .any, .every: true
        case .h263: H263Picture.isIntra(unit)
        case .mpeg4: Self.isIntraPlane(unit)
        case .mpegVideo: Self.isIntraPicture(unit)
        case .theora: TheoraHeaders.isIntraFrame(unit)
        case .h264(let framing): Self.isIntraH264(unit, framing)
        case .h265(let framing, _): Self.isIntraH265(unit, framing)
        case .vp8: VP8FrameHeader(unit)?.isKey
        case .vp9: VP9FrameHeader(unit)?.isKey
        case .av1(let frames): frames.beginsWithKey(unit)
        case .vc1(let sequence): Self.isIntraVC1(VC1Unit(unit, in: sequence))
        }
    }

    /// Whether the unit says of itself that it is only referred to, and not shown.
    package func isHidden(_ unit: RawSpan) -> Bool {
        switch syntax {
        case .vp8: VP8FrameHeader(unit)?.isShown == false
        case .vp9: VP9FrameHeader(unit)?.isShown == false && !VP9FrameHeader.isSuperframe(unit)
        default: false
        }
    }

    /// Whether the unit says of itself that no later one needs it.
    package func isUnreferenced(_ unit: RawSpan) -> Bool {
        switch syntax {
        case .h264(let framing): UnreferencedPictures.isUnreferencedH264(unit, framing)
        case .h265(let framing, let highest?):
            UnreferencedPictures.isUnreferencedH265(unit, framing, highest: highest)
        case .mpegVideo: UnreferencedPictures.isUnreferencedMPEG(unit)
        case .mpeg4: UnreferencedPictures.isUnreferencedPlane(unit)
        case .vp8: VP8FrameHeader(unit)?.isUnreferenced == true
        case .vc1(let sequence): VC1Unit(unit, in: sequence).picture?.kind == .b
        default: false
        }
    }

    /// vop_coding_type 0, ISO/IEC 14496-2 table 6-20.
    private static func isIntraPlane(_ unit: RawSpan) -> Bool? {
        var offset = 0
        while let code = unit.startCodeEnd(from: offset) {
            if unit.byte(code) == 0xB6 { return code + 1 < unit.byteCount ? unit.byte(code + 1) >> 6 == 0 : nil }
            offset = code
        }
        return nil
    }

    /// picture_coding_type 1, ISO/IEC 13818-2 table 6-12; of two fields the first counts.
    private static func isIntraPicture(_ unit: RawSpan) -> Bool? {
        var offset = 0
        while let code = unit.startCodeEnd(from: offset) {
            if unit.byte(code) == 0 { return code + 2 < unit.byteCount ? unit.byte(code + 2) >> 3 & 7 == 1 : nil }
            offset = code
        }
        return nil
    }

    /// Nothing can begin with the end of a sequence, which some containers have as a unit.
    private static func isIntraVC1(_ unit: VC1Unit) -> Bool? {
        unit.sequence == nil ? nil : unit.picture?.kind == .i
    }

    /// The first slice is I or SI: H.264 table 7-6.
    private static func isIntraH264(_ unit: RawSpan, _ framing: NALUnits) -> Bool? {
        var isIntra: Bool?
        framing.visit(unit) { unit in
            guard [1, 2, 5].contains(unit.byte(0) & 0x1F) else { return true }
            var reader = BitReader(NALUnits.payload(unit, headerSize: 1, limit: 16))
            if reader.unsigned() != nil, let type = reader.unsigned(upTo: 9) { isIntra = [2, 4].contains(type % 5) }
            return false
        }
        return isIntra
    }

    /// The first slice segment is of a BLA, IDR or CRA picture: H.265 table 7-1.
    private static func isIntraH265(_ unit: RawSpan, _ framing: NALUnits) -> Bool? {
        var isIntra: Bool?
        framing.visit(unit) { unit in
            let type = unit.byte(0) >> 1 & 0x3F
            guard type < 32 else { return true }
            isIntra = (16...23).contains(type)
            return false
        }
        return isIntra
    }
}

extension NALUnits {
    /// As a decoder configuration record says (ISO/IEC 14496-15 5.3.3.1, 8.3.3.1); start codes if it is none.
    init(record: [UInt8], lengthSizeAt place: Int) {
        let isRecord = record.count > place && record[0] == 1
        self = isRecord ? .lengths(size: Int(record[place] & 3) + 1) : .startCodes
    }
}
