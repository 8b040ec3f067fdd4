internal import MediaCore

/// seq_parameter_set_data() of H.264 7.3.2.1.1, as far as it concerns the order of output.
struct H264SequenceParameters: Hashable, Sendable {
    var identifier = 0
    var hasSeparatePlanes = false
    /// ChromaArrayType is not 0.
    var hasChroma = true
    var frameNumberBits = 4
    var orderType = 0
    /// log2 of MaxPicOrderCntLsb.
    var orderBits = 4
    var alwaysZeroDelta = false
    var offsetForNonReference: Int64 = 0
    var offsetTopToBottom: Int64 = 0
    var offsetsForReferences: [Int64] = []
    var framesOnly = true
    /// max_num_reorder_frames, or what the profile and the order type imply; nil if neither tells.
    var reorderDepth: Int?
    /// Of two fields.
    var frameDuration: TimeBase?

    /// - Parameter bytes: without the NAL unit's header and emulation prevention.
    init?(_ bytes: [UInt8]) {
        var reader = BitReader(bytes)
        guard let profile = reader.bits(8), let constraints = reader.bits(8), reader.skip(8),
            let identifier = reader.unsigned(upTo: 31)
        else { return nil }
        self.identifier = identifier
        guard readFormat(&reader, profile: profile), readOrder(&reader) else { return nil }
        // max_num_ref_frames, gaps_in_frame_num_value_allowed_flag, size
        guard reader.unsigned() != nil, reader.skip(1), reader.unsigned() != nil, reader.unsigned() != nil,
            let framesOnly = reader.flag()
        else { return nil }
        self.framesOnly = framesOnly
        let isIntra = constraints & 0x10 != 0 && [44, 86, 100, 110, 122, 244].contains(profile)
        if orderType == 2 || isIntra { reorderDepth = 0 }
        guard reader.skip(framesOnly ? 1 : 2), let isCropped = reader.flag() else { return }
        if isCropped { for _ in 0..<4 where reader.unsigned() == nil { return } }
        guard reader.flag() == true else { return }
        readUsability(&reader)
    }

    /// Chroma format, bit depths and scaling lists of the profiles that have them.
    private mutating func readFormat(_ reader: inout BitReader, profile: UInt32) -> Bool {
        guard [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135].contains(profile) else { return true }
        guard let chroma = reader.unsigned() else { return false }
        if chroma == 3 {
            guard let isSeparate = reader.flag() else { return false }
            hasSeparatePlanes = isSeparate
        }
        hasChroma = chroma != 0 && !hasSeparatePlanes
        guard reader.unsigned() != nil, reader.unsigned() != nil, reader.skip(1), let hasMatrix = reader.flag() else {
            return false
        }
        guard hasMatrix else { return true }
        for list in 0..<(chroma == 3 ? 12 : 8) {
            guard let isPresent = reader.flag() else { return false }
            if isPresent { guard Self.skipScalingList(&reader, size: list < 6 ? 16 : 64) else { return false } }
        }
        return true
    }

    private static func skipScalingList(_ reader: inout BitReader, size: Int) -> Bool {
        var (last, next): (Int64, Int64) = (8, 8)
        for _ in 0..<size {
            if next != 0 {
                guard let delta = reader.signed() else { return false }
                next = (last + delta + 256) & 255
            }
            if next != 0 { last = next }
        }
        return true
    }

    private mutating func readOrder(_ reader: inout BitReader) -> Bool {
        guard let number = reader.unsigned(upTo: 12), let type = reader.unsigned(upTo: 2) else { return false }
        frameNumberBits = number + 4
        orderType = type
        if type == 0 {
            guard let bits = reader.unsigned(upTo: 12) else { return false }
            orderBits = bits + 4
        } else if type == 1 {
            guard let isZero = reader.flag(), let offset = reader.signed(), let toBottom = reader.signed(),
                let count = reader.unsigned(upTo: 255)
            else { return false }
            alwaysZeroDelta = isZero
            offsetForNonReference = offset
            offsetTopToBottom = toBottom
            for _ in 0..<count {
                guard let offset = reader.signed() else { return false }
                offsetsForReferences.append(offset)
            }
        }
        return true
    }

    /// Frames per second above which a unit that is not said to be one of frames is none.
    private static let maximumVaryingRate: UInt64 = 300

    /// vui_parameters() of H.264 E.1.1.
    private mutating func readUsability(_ reader: inout BitReader) {
        guard let hasAspect = reader.flag() else { return }
        if hasAspect {
            guard let aspect = reader.bits(8), aspect != 255 || reader.skip(32) else { return }
        }
        guard let hasOverscan = reader.flag(), !hasOverscan || reader.skip(1), let hasVideo = reader.flag() else {
            return
        }
        if hasVideo {
            guard reader.skip(4), let hasColours = reader.flag(), !hasColours || reader.skip(24) else { return }
        }
        guard let hasChromaPlace = reader.flag() else { return }
        if hasChromaPlace { guard reader.unsigned() != nil, reader.unsigned() != nil else { return } }
        guard let hasTiming = reader.flag() else { return }
        if hasTiming {
            guard let units = reader.bits(32), let scale = reader.bits(32), let isFixed = reader.flag() else { return }
            // Of a rate that varies, the unit may be the clock's: x264 writes milliseconds.
            if isFixed || UInt64(scale) <= UInt64(units) * 2 * Self.maximumVaryingRate {
                frameDuration = TimeBase(reducing: Int64(units) * 2, over: Int64(scale))
            }
        }
        var hasBuffer = false
        for _ in 0..<2 {
            guard let isPresent = reader.flag() else { return }
            if isPresent { guard Self.skipReferenceDecoder(&reader) else { return } }
            hasBuffer = hasBuffer || isPresent
        }
        guard reader.skip(hasBuffer ? 2 : 1), reader.flag() == true, reader.skip(1) else { return }
        for _ in 0..<4 where reader.unsigned() == nil { return }
        guard let depth = reader.unsigned(upTo: 16) else { return }
        reorderDepth = depth
    }

    /// hrd_parameters() of H.264 E.1.2.
    private static func skipReferenceDecoder(_ reader: inout BitReader) -> Bool {
        guard let count = reader.unsigned(upTo: 31), reader.skip(8) else { return false }
        for _ in 0...count {
            guard reader.unsigned() != nil, reader.unsigned() != nil, reader.skip(1) else { return false }
        }
        return reader.skip(20)
    }
}
