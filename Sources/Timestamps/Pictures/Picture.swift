/// Where a picture stands in the order of output, as its coded bytes tell.
struct Picture: Hashable, Sendable {
    var rank: PictureRank
    /// Fields that the unit codes: 2, or 1 for a unit that holds one field of a frame.
    var codedFields = 2
    /// Fields for which it is shown; 3 or more where a field or the frame is repeated (pulldown).
    var shownFields = 2
}

/// Pictures of a later coded video sequence come out after all of an earlier one; within a sequence the order counts.
struct PictureRank: Hashable, Comparable, Sendable {
    var sequence: Int
    /// PicOrderCnt of H.264 8.2.1 and H.265 8.3.1, or a number that is ordered in the same way.
    var order: Int64

    static func < (left: PictureRank, right: PictureRank) -> Bool {
        (left.sequence, left.order) < (right.sequence, right.order)
    }
}
