internal import MediaCore

/// seq_parameter_set_rbsp() of H.265 7.3.2.2, as far as it concerns the order of output.
struct H265SequenceParameters: Hashable, Sendable {
    var identifier = 0
    var hasSeparatePlanes = false
    /// log2 of MaxPicOrderCntLsb.
    var orderBits = 4
    /// sps_max_num_reorder_pics of the highest sub-layer.
    var reorderDepth = 0
    var frameDuration: TimeBase?

    /// - Parameter bytes: without the NAL unit's header and emulation prevention.
    init?(_ bytes: [UInt8]) {
        var reader = BitReader(bytes)
        guard reader.skip(4), let subLayers = reader.bits(3), reader.skip(1),
            Self.skipProfile(&reader, subLayers: Int(subLayers)), let identifier = reader.unsigned(upTo: 15),
            let chroma = reader.unsigned(upTo: 3)
        else { return nil }
        self.identifier = identifier
        if chroma == 3 {
            guard let isSeparate = reader.flag() else { return nil }
            hasSeparatePlanes = isSeparate
        }
        guard reader.unsigned() != nil, reader.unsigned() != nil, let isCropped = reader.flag() else { return nil }
        if isCropped { for _ in 0..<4 where reader.unsigned() == nil { return nil } }
        guard reader.unsigned() != nil, reader.unsigned() != nil, let bits = reader.unsigned(upTo: 12),
            let hasAll = reader.flag()
        else { return nil }
        orderBits = bits + 4
        for _ in (hasAll ? 0 : subLayers)...subLayers {
            guard reader.unsigned() != nil, let depth = reader.unsigned(upTo: 16), reader.unsigned() != nil else {
                return nil
            }
            reorderDepth = depth
        }
        frameDuration = Self.frameDuration(&reader, orderBits: orderBits)
    }

    /// profile_tier_level() of H.265 7.3.3.
    static func skipProfile(_ reader: inout BitReader, subLayers: Int) -> Bool {
        guard reader.skip(96) else { return false }
        guard subLayers > 0 else { return true }
        var present: [(profile: Bool, level: Bool)] = []
        for _ in 0..<subLayers {
            guard let profile = reader.flag(), let level = reader.flag() else { return false }
            present.append((profile, level))
        }
        guard reader.skip(2 * (8 - subLayers)) else { return false }
        for part in present {
            guard reader.skip((part.profile ? 88 : 0) + (part.level ? 8 : 0)) else { return false }
        }
        return true
    }

    /// From behind the sub-layers' buffering to vui_timing_info(); nil if there is none, or on the way something that
    /// is not understood.
    private static func frameDuration(_ reader: inout BitReader, orderBits: Int) -> TimeBase? {
        // Sizes of coding and transform blocks, depths of transform hierarchies.
        for _ in 0..<6 where reader.unsigned() == nil { return nil }
        guard let hasLists = reader.flag() else { return nil }
        if hasLists {
            guard let isPresent = reader.flag(), !isPresent || skipScalingLists(&reader) else { return nil }
        }
        guard reader.skip(2), let hasPCM = reader.flag() else { return nil }
        if hasPCM {
            guard reader.skip(8), reader.unsigned() != nil, reader.unsigned() != nil, reader.skip(1) else { return nil }
        }
        guard skipReferenceSets(&reader), let hasLongTerm = reader.flag() else { return nil }
        if hasLongTerm {
            guard let count = reader.unsigned(upTo: 32), reader.skip(count * (orderBits + 1)) else { return nil }
        }
        guard reader.skip(2), reader.flag() == true else { return nil }
        return usabilityTiming(&reader)
    }

    /// scaling_list_data() of H.265 7.3.4.
    private static func skipScalingLists(_ reader: inout BitReader) -> Bool {
        for size in 0..<4 {
            for _ in stride(from: 0, to: 6, by: size == 3 ? 3 : 1) {
                guard let isExplicit = reader.flag() else { return false }
                guard isExplicit else {
                    guard reader.unsigned() != nil else { return false }
                    continue
                }
                if size > 1 { guard reader.signed() != nil else { return false } }
                for _ in 0..<min(64, 16 << (2 * size)) where reader.signed() == nil { return false }
            }
        }
        return true
    }

    /// The short-term reference picture sets of the sequence, H.265 7.3.7.
    private static func skipReferenceSets(_ reader: inout BitReader) -> Bool {
        guard let count = reader.unsigned(upTo: 64) else { return false }
        var previous = 0
        for index in 0..<count {
            var isPredicted = false
            if index > 0 {
                guard let flag = reader.flag() else { return false }
                isPredicted = flag
            }
            if isPredicted {
                guard reader.skip(1), reader.unsigned() != nil else { return false }
                var pictures = 0
                for _ in 0...previous {
                    guard let isUsed = reader.flag() else { return false }
                    if isUsed {
                        pictures += 1
                    } else {
                        guard let usesDelta = reader.flag() else { return false }
                        if usesDelta { pictures += 1 }
                    }
                }
                previous = pictures
            } else {
                guard let negative = reader.unsigned(upTo: 16), let positive = reader.unsigned(upTo: 16) else {
                    return false
                }
                for _ in 0..<negative + positive {
                    guard reader.unsigned() != nil, reader.skip(1) else { return false }
                }
                previous = negative + positive
            }
        }
        return true
    }

    /// vui_parameters() of H.265 E.2.1 up to its timing.
    private static func usabilityTiming(_ reader: inout BitReader) -> TimeBase? {
        guard let hasAspect = reader.flag() else { return nil }
        if hasAspect { guard let aspect = reader.bits(8), aspect != 255 || reader.skip(32) else { return nil } }
        guard let hasOverscan = reader.flag(), !hasOverscan || reader.skip(1), let hasVideo = reader.flag() else {
            return nil
        }
        if hasVideo { guard reader.skip(4), let has = reader.flag(), !has || reader.skip(24) else { return nil } }
        guard let hasChromaPlace = reader.flag() else { return nil }
        if hasChromaPlace { guard reader.unsigned() != nil, reader.unsigned() != nil else { return nil } }
        guard reader.skip(3), let hasWindow = reader.flag() else { return nil }
        if hasWindow { for _ in 0..<4 where reader.unsigned() == nil { return nil } }
        guard reader.flag() == true, let units = reader.bits(32), let scale = reader.bits(32) else { return nil }
        return TimeBase(reducing: Int64(units), over: Int64(scale))
    }
}
