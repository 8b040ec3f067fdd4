/// The decoding process for picture order count, H.264 8.2.1: from slice headers to output order.
struct H264OrderCounter: Sendable {
    /// Goes up with each IDR picture and after each memory management operation 5.
    private var sequence = 0
    private var previousMSB: Int64 = 0
    private var previousLSB: Int64 = 0
    private var previousFrameNumber: Int64 = 0
    private var frameNumberOffset: Int64 = 0
    private var isFirst = true
    /// The field before, if the next unit may hold the other one of its frame.
    private var openField: (isBottom: Bool, frameNumber: Int64)?

    mutating func rank(of slice: H264Slice, _ parameters: H264SequenceParameters) -> PictureRank {
        let isSecondField =
            slice.isField
            && (openField.map { $0.isBottom != slice.isBottom && $0.frameNumber == slice.frameNumber } ?? false)
        openField = slice.isField && !isSecondField ? (slice.isBottom, slice.frameNumber) : nil
        // The second field of an IDR picture may be one too, or a P field that belongs to it.
        if slice.isIDR, !isSecondField { begin(slice) }
        if isFirst, !slice.isIDR { start(slice) }
        isFirst = false
        var order =
            switch parameters.orderType {
            case 0: fromLSB(slice, parameters)
            case 1: fromCycle(slice, parameters)
            default: fromFrameNumber(slice, parameters)
            }
        previousFrameNumber = slice.frameNumber
        if slice.resetsOrder {
            // Everything before comes out first; the picture counts as 0 and the next ones from it (8.2.1).
            sequence += 1
            previousMSB = 0
            previousLSB = slice.isBottom ? 0 : max(0, slice.isField ? 0 : -min(0, slice.deltaBottom))
            previousFrameNumber = 0
            frameNumberOffset = 0
            order = 0
        }
        return PictureRank(sequence: sequence, order: order)
    }

    /// The unit of `first` also held the second field of its frame.
    mutating func pass(_ first: H264Slice) { openField = nil }

    private mutating func begin(_ slice: H264Slice) {
        if !isFirst { sequence += 1 }
        (previousMSB, previousLSB, previousFrameNumber, frameNumberOffset) = (0, 0, 0, 0)
    }

    /// Decoding begins at a picture that is no IDR picture: what was before is unknown.
    private mutating func start(_ slice: H264Slice) {
        previousLSB = slice.orderLSB
        previousFrameNumber = slice.frameNumber
    }

    /// 8.2.1.1
    private mutating func fromLSB(_ slice: H264Slice, _ parameters: H264SequenceParameters) -> Int64 {
        let modulus: Int64 = 1 << Int64(parameters.orderBits)
        var msb = previousMSB
        if slice.orderLSB < previousLSB, previousLSB - slice.orderLSB >= modulus / 2 {
            msb += modulus
        } else if slice.orderLSB > previousLSB, slice.orderLSB - previousLSB > modulus / 2 {
            msb -= modulus
        }
        if slice.isReference { (previousMSB, previousLSB) = (msb, slice.orderLSB) }
        let order = msb + slice.orderLSB
        return slice.isField ? order : order + min(0, slice.deltaBottom)
    }

    /// 8.2.1.2
    private mutating func fromCycle(_ slice: H264Slice, _ parameters: H264SequenceParameters) -> Int64 {
        advanceOffset(slice, parameters)
        let cycle = Int64(parameters.offsetsForReferences.count)
        var number = cycle > 0 ? frameNumberOffset + slice.frameNumber : 0
        if !slice.isReference, number > 0 { number -= 1 }
        var order: Int64 = 0
        if number > 0 {
            let (cycles, place) = (number - 1).quotientAndRemainder(dividingBy: cycle)
            let total = parameters.offsetsForReferences.reduce(0, &+)
            order = cycles &* total &+ parameters.offsetsForReferences[...Int(place)].reduce(0, &+)
        }
        if !slice.isReference { order &+= parameters.offsetForNonReference }
        let top = order &+ slice.deltas.0
        if slice.isField { return slice.isBottom ? top &+ parameters.offsetTopToBottom : top }
        return min(top, top &+ parameters.offsetTopToBottom &+ slice.deltas.1)
    }

    /// 8.2.1.3
    private mutating func fromFrameNumber(_ slice: H264Slice, _ parameters: H264SequenceParameters) -> Int64 {
        advanceOffset(slice, parameters)
        let order = 2 * (frameNumberOffset + slice.frameNumber)
        return slice.isReference ? order : order - 1
    }

    private mutating func advanceOffset(_ slice: H264Slice, _ parameters: H264SequenceParameters) {
        if previousFrameNumber > slice.frameNumber { frameNumberOffset += 1 << Int64(parameters.frameNumberBits) }
    }
}
