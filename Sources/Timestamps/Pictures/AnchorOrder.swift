/// Output order of codecs in which every picture but a B comes out when the next such one is decoded, and a B at once:
/// MPEG-1, MPEG-2 and MPEG-4 Part 2.
struct AnchorOrder: Sendable {
    /// Room for the B-pictures between two anchors.
    private static let spacing: Int64 = 1 << 24
    private var anchors: Int64 = 0
    private var between: Int64 = 0

    mutating func reset() { (anchors, between) = (0, 0) }

    /// - Parameter isSecondField: the other field of the picture before, in a unit of its own.
    mutating func rank(isB: Bool, isSecondField: Bool = false) -> PictureRank {
        if isB {
            between += 1
            return PictureRank(sequence: 0, order: (anchors - 1) * Self.spacing + between)
        }
        if isSecondField { return PictureRank(sequence: 0, order: anchors * Self.spacing + 1 - Self.spacing / 2) }
        anchors += 1
        between = 0
        return PictureRank(sequence: 0, order: anchors * Self.spacing - Self.spacing / 2)
    }
}
