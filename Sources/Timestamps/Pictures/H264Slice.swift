internal import MediaCore

/// slice_header() of H.264 7.3.3, as far as it concerns the order of output.
struct H264Slice: Sendable {
    var isIDR: Bool
    var isReference: Bool
    var frameNumber: Int64 = 0
    var isField = false
    var isBottom = false
    var orderLSB: Int64 = 0
    var deltaBottom: Int64 = 0
    var deltas: (Int64, Int64) = (0, 0)
    /// memory_management_control_operation 5: the picture after which counting begins anew.
    var resetsOrder = false

    /// - Parameters:
    ///   - header: first byte of the NAL unit.
    ///   - type: slice_type modulo 5 (table 7-6): 0 P, 1 B, 2 I, 3 SP, 4 SI.
    ///   - reader: behind pic_parameter_set_id.
    init?(
        header: UInt8, type: Int, _ reader: inout BitReader, _ sequence: H264SequenceParameters,
        _ picture: H264PictureParameters
    ) {
        isIDR = header & 0x1F == 5
        isReference = header & 0x60 != 0
        if sequence.hasSeparatePlanes { guard reader.skip(2) else { return nil } }
        guard let number = reader.bits(sequence.frameNumberBits) else { return nil }
        frameNumber = Int64(number)
        if !sequence.framesOnly {
            guard let isField = reader.flag() else { return nil }
            self.isField = isField
            if isField {
                guard let isBottom = reader.flag() else { return nil }
                self.isBottom = isBottom
            }
        }
        if isIDR { guard reader.unsigned() != nil else { return nil } }
        guard readOrder(&reader, sequence, picture) else { return nil }
        if isReference, !isIDR {
            resetsOrder = findsReset(&reader, type: type, sequence, picture) ?? false
        }
    }

    private mutating func readOrder(
        _ reader: inout BitReader, _ sequence: H264SequenceParameters, _ picture: H264PictureParameters
    ) -> Bool {
        let hasBottom = picture.hasBottomOrder && !isField
        if sequence.orderType == 0 {
            guard let lsb = reader.bits(sequence.orderBits) else { return false }
            orderLSB = Int64(lsb)
            if hasBottom {
                guard let delta = reader.signed() else { return false }
                deltaBottom = delta
            }
        } else if sequence.orderType == 1, !sequence.alwaysZeroDelta {
            guard let first = reader.signed() else { return false }
            deltas.0 = first
            if hasBottom {
                guard let second = reader.signed() else { return false }
                deltas.1 = second
            }
        }
        return true
    }

    /// Reads on to dec_ref_pic_marking(); nil if the header ends before.
    private func findsReset(
        _ reader: inout BitReader, type: Int, _ sequence: H264SequenceParameters, _ picture: H264PictureParameters
    ) -> Bool? {
        if picture.hasRedundantCount { guard reader.unsigned() != nil else { return nil } }
        if type == 1 { guard reader.skip(1) else { return nil } }
        var references = picture.defaultReferences
        let isInter = type == 0 || type == 1 || type == 3
        if isInter {
            guard let overrides = reader.flag() else { return nil }
            if overrides {
                guard let first = reader.unsigned(upTo: 31) else { return nil }
                references.0 = first + 1
                if type == 1 {
                    guard let second = reader.unsigned(upTo: 31) else { return nil }
                    references.1 = second + 1
                }
            }
            for _ in 0..<(type == 1 ? 2 : 1) { guard Self.skipModification(&reader) else { return nil } }
        }
        let isWeighted = type == 1 ? picture.bidirectionalWeights == 1 : isInter && picture.weightsPredictions
        if isWeighted {
            let lists = type == 1 ? [references.0, references.1] : [references.0]
            guard Self.skipWeights(&reader, lists, hasChroma: sequence.hasChroma) else { return nil }
        }
        guard reader.flag() == true else { return false }
        return Self.hasOperation5(&reader)
    }

    /// ref_pic_list_modification() of one list, H.264 7.3.3.1.
    private static func skipModification(_ reader: inout BitReader) -> Bool {
        guard let isPresent = reader.flag() else { return false }
        guard isPresent else { return true }
        while true {
            guard let operation = reader.unsigned(upTo: 5) else { return false }
            if operation == 3 { return true }
            guard reader.unsigned() != nil else { return false }
        }
    }

    /// pred_weight_table(), H.264 7.3.3.2.
    private static func skipWeights(_ reader: inout BitReader, _ lists: [Int], hasChroma: Bool) -> Bool {
        guard reader.unsigned() != nil, !hasChroma || reader.unsigned() != nil else { return false }
        for count in lists {
            for _ in 0..<count {
                for values in hasChroma ? [2, 4] : [2] {
                    guard let isPresent = reader.flag() else { return false }
                    if isPresent { for _ in 0..<values where reader.signed() == nil { return false } }
                }
            }
        }
        return true
    }

    /// The operations of dec_ref_pic_marking(), H.264 7.3.3.3.
    private static func hasOperation5(_ reader: inout BitReader) -> Bool? {
        while true {
            guard let operation = reader.unsigned(upTo: 6) else { return nil }
            switch operation {
            case 0: return false
            case 5: return true
            case 3: guard reader.unsigned() != nil, reader.unsigned() != nil else { return nil }
            default: guard reader.unsigned() != nil else { return nil }
            }
        }
    }
}
