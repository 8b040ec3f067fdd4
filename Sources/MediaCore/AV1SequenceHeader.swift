/// What a sequence header OBU says, as far as the first operating point: AV1 Bitstream & Decoding Process Specification 5.5.
package struct AV1SequenceHeader: Hashable, Sendable {
    /// seq_profile: 0 Main, 1 High, 2 Professional.
    package let profile: Int
    /// reduced_still_picture_header: frame headers leave out what is the same for all single key frames.
    package let isStill: Bool
    /// seq_level_idx[0], 0 to 31.
    package let level: Int
    /// seq_tier[0], 0 or 1.
    package let tier: Int
    /// Seconds per frame, if all have the same duration and the header tells it.
    package let frameDuration: TimeBase?

    /// - Parameter payload: of the OBU; nil if it is cut short.
    package init?(_ payload: RawSpan) {
        // All up to the first operating point's tier has less than 200 bits.
        var reader = BitReader(payload.extracting(first: 32).withUnsafeBytes { Array($0) })
        guard let profile = reader.bits(3), reader.skip(1), let isStill = reader.flag() else { return nil }
        self.profile = Int(profile)
        self.isStill = isStill
        guard !isStill else {
            guard let level = reader.bits(5) else { return nil }
            (self.level, tier, frameDuration) = (Int(level), 0, nil)
            return
        }
        guard let hasTiming = reader.flag() else { return nil }
        var duration: TimeBase?
        if hasTiming {
            guard Self.readTiming(&reader, &duration) else { return nil }
        }
        // initial_display_delay_present_flag, operating_points_cnt_minus_1, operating_point_idc[0]
        guard reader.skip(1 + 5 + 12), let level = reader.bits(5), let tier = level > 7 ? reader.bits(1) : 0 else {
            return nil
        }
        (self.level, self.tier, frameDuration) = (Int(level), Int(tier), duration)
    }

    /// timing_info() and decoder_model_info(), 5.5.3 and 5.5.4. False if they are cut short.
    private static func readTiming(_ reader: inout BitReader, _ duration: inout TimeBase?) -> Bool {
        guard let units = reader.bits(32), let scale = reader.bits(32), let isEqual = reader.flag() else {
            return false
        }
        if isEqual {
            // uvlc(), which is built as H.264's ue(v).
            guard let ticks = reader.exponentialGolomb() else { return false }
            let (product, overflow) = units.multipliedReportingOverflow(by: ticks + 1)
            if !overflow, product > 0, scale > 0, let product = Int32(exactly: product),
                let scale = Int32(exactly: scale)
            {
                duration = TimeBase(product, scale)
            }
        }
        guard let hasModel = reader.flag() else { return false }
        return !hasModel || reader.skip(5 + 32 + 5 + 5)
    }
}
