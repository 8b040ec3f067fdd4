internal import MediaCore

/// video_parameter_set_rbsp() of H.265 7.3.2.1: only its timing.
enum H265VideoParameters {
    /// Seconds per picture; nil if the set does not say.
    static func frameDuration(_ bytes: [UInt8]) -> TimeBase? {
        var reader = BitReader(bytes)
        guard reader.skip(12), let subLayers = reader.bits(3), reader.skip(17),
            H265SequenceParameters.skipProfile(&reader, subLayers: Int(subLayers)), let hasAll = reader.flag()
        else { return nil }
        for _ in 0..<3 * (hasAll ? Int(subLayers) + 1 : 1) where reader.unsigned() == nil { return nil }
        guard let highest = reader.bits(6), let sets = reader.unsigned(upTo: 1023),
            reader.skip(sets * (Int(highest) + 1)), reader.flag() == true, let units = reader.bits(32),
            let scale = reader.bits(32)
        else { return nil }
        return TimeBase(reducing: Int64(units), over: Int64(scale))
    }
}
