internal import MediaCore

/// Whether access units say of themselves that no other needs them: all their pictures are of a kind that nothing refers to, and nothing that is in
/// force later comes with them.
///
/// VP9 has no such frames: a frame that refreshes nothing still leaves its motion vectors to the next.
enum UnreferencedPictures {
    /// nal_ref_idc is zero in all slices of a picture that is not referred to, and in none of the parameter sets: H.264 7.4.1.
    static func isUnreferencedH264(_ unit: RawSpan, _ framing: NALUnits) -> Bool {
        var hasSlice = false
        var isNeeded = false
        framing.visit(unit) { unit in
            switch unit.byte(0) & 0x1F {
            case 1...4:
                hasSlice = true
                isNeeded = unit.byte(0) & 0x60 != 0
            // IDR pictures, parameter sets, and what extensions have.
            case 5, 7, 8, 13...15, 20, 21: isNeeded = true
            default: break
            }
            return !isNeeded
        }
        return hasSlice && !isNeeded
    }

    /// Sub-layer non-reference pictures are still referred to by higher sub-layers: only those of the highest are needed by none. H.265 7.4.2.2,
    /// tables 7-1 and 3.
    /// - Parameter highest: TemporalId of the highest sub-layer.
    static func isUnreferencedH265(_ unit: RawSpan, _ framing: NALUnits, highest: UInt8) -> Bool {
        var hasSlice = false
        var isNeeded = false
        framing.visit(unit) { unit in
            guard unit.byteCount >= 2 else { return true }
            let type = unit.byte(0) >> 1 & 0x3F
            if type < 32 {
                hasSlice = true
                let layer = (unit.byte(0) & 1) << 5 | unit.byte(1) >> 3
                isNeeded = type > 14 || type % 2 != 0 || layer != 0 || unit.byte(1) & 7 != highest + 1
            } else if (32...34).contains(type) {
                isNeeded = true
            }
            return !isNeeded
        }
        return hasSlice && !isNeeded
    }

    /// TemporalId of the highest sub-layer: of the record (numTemporalLayers, ISO/IEC 14496-15 8.3.3.1), else of the sequence parameter set before the
    /// pictures (sps_max_sub_layers_minus1, H.265 7.3.2.2). Nil if neither says.
    static func highestSubLayer(_ configuration: [UInt8]) -> UInt8? {
        if configuration.count > 21, configuration[0] == 1 {
            let layers = configuration[21] >> 3 & 7
            return layers > 0 ? layers - 1 : nil
        }
        var highest: UInt8?
        NALUnits.startCodes.visit(configuration.span.bytes) { unit in
            guard unit.byteCount > 2, unit.byte(0) >> 1 & 0x3F == 33 else { return true }
            highest = max(highest ?? 0, unit.byte(2) >> 1 & 7)
            return true
        }
        return highest
    }

    /// picture_coding_type 3 is B, to which nothing refers (ISO/IEC 13818-2 6.3.9), in both fields; headers are in force later.
    static func isUnreferencedMPEG(_ unit: RawSpan) -> Bool {
        var hasPicture = false
        var offset = 0
        while let code = unit.startCodeEnd(from: offset) {
            offset = code
            switch unit.byte(code) {
            case 0x00:
                guard code + 2 < unit.byteCount, unit.byte(code + 2) >> 3 & 7 == 3 else { return false }
                hasPicture = true
            // quant_matrix_extension(), 6.3.11
            case 0xB5: if code + 1 < unit.byteCount, unit.byte(code + 1) >> 4 == 3 { return false }
            // sequence_header_code, sequence_end_code, group_start_code
            case 0xB3, 0xB7, 0xB8: return false
            default: break
            }
        }
        return hasPicture
    }

    /// vop_coding_type 2 is B, ISO/IEC 14496-2 table 6-20, in all planes of the unit; what comes before a plane may be in force later.
    static func isUnreferencedPlane(_ unit: RawSpan) -> Bool {
        var hasPlane = false
        var offset = 0
        while let code = unit.startCodeEnd(from: offset) {
            offset = code
            switch unit.byte(code) {
            case 0xB6:
                guard code + 1 < unit.byteCount, unit.byte(code + 1) >> 6 == 2 else { return false }
                hasPlane = true
            // user_data_start_code
            case 0xB2: break
            default: return false
            }
        }
        return hasPlane
    }
}
