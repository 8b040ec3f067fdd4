internal import MediaCore

/// pic_parameter_set_rbsp() of H.264 7.3.2.2, up to what slice headers hang on.
struct H264PictureParameters: Sendable {
    var identifier: Int
    var sequence: Int
    /// bottom_field_pic_order_in_frame_present_flag
    var hasBottomOrder: Bool
    var defaultReferences: (Int, Int)
    var weightsPredictions: Bool
    var bidirectionalWeights: UInt32
    var hasRedundantCount = false

    init?(_ bytes: [UInt8]) {
        var reader = BitReader(bytes)
        guard let identifier = reader.unsigned(upTo: 255), let sequence = reader.unsigned(upTo: 31), reader.skip(1),
            let hasBottomOrder = reader.flag(), let groups = reader.unsigned(upTo: 7)
        else { return nil }
        if groups > 0 { guard Self.skipSliceGroups(&reader, count: groups + 1) else { return nil } }
        guard let first = reader.unsigned(upTo: 31), let second = reader.unsigned(upTo: 31),
            let isWeighted = reader.flag(), let bidirectional = reader.bits(2)
        else { return nil }
        self.identifier = identifier
        self.sequence = sequence
        self.hasBottomOrder = hasBottomOrder
        defaultReferences = (first + 1, second + 1)
        weightsPredictions = isWeighted
        bidirectionalWeights = bidirectional
        // pic_init_qp, pic_init_qs, chroma_qp_index_offset, deblocking and constrained intra prediction
        guard reader.signed() != nil, reader.signed() != nil, reader.signed() != nil, reader.skip(2),
            let hasRedundant = reader.flag()
        else { return nil }
        hasRedundantCount = hasRedundant
    }

    private static func skipSliceGroups(_ reader: inout BitReader, count: Int) -> Bool {
        guard let type = reader.unsigned(upTo: 6) else { return false }
        switch type {
        case 0:
            for _ in 0..<count where reader.unsigned() == nil { return false }
        case 2:
            for _ in 0..<(count - 1) * 2 where reader.unsigned() == nil { return false }
        case 3, 4, 5: return reader.skip(1) && reader.unsigned() != nil
        case 6:
            guard let last = reader.unsigned() else { return false }
            let width = count > 4 ? 3 : count > 2 ? 2 : 1
            for _ in 0...last where !reader.skip(width) { return false }
        default: break
        }
        return true
    }
}
