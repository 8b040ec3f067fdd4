/// Where the audio frames of one access unit lie.
///
/// An access unit is one frame as a rule: the reader's parser cuts containers' units so. One that holds several all the same is sent whole:
/// as many whole frames as fit go into each packet. All its packets bear the unit's timestamp, so those after the first are early by the
/// frames before them; decoders go by the frames.
enum AudioFrames {
    /// The end of the frame that begins at `start`: where another frame begins, otherwise the end of the unit. So no byte is lost, be it
    /// of a cut-off frame, or junk that a decoder skips.
    /// - Parameter frameSize: bytes of the frame whose header stands at an offset of the unit; nil if there is no header, or if it does
    ///   not say.
    @inline(__always)
    static func end(
        from start: Int, of unit: UnsafeRawBufferPointer, frameSize: (UnsafeRawBufferPointer, Int) -> Int?
    ) -> Int {
        guard let size = frameSize(unit, start), size > 0, size < unit.count - start,
            frameSize(unit, start + size) != nil
        else { return unit.count }
        return start + size
    }

    /// The end of the last frame that fits with the one at `start` into `limit` bytes, and how many frames that makes; of the frame at
    /// `start`, if it does not fit itself.
    @inline(__always)
    static func group(
        from start: Int, of unit: UnsafeRawBufferPointer, limit: Int,
        frameSize: (UnsafeRawBufferPointer, Int) -> Int?
    ) -> (end: Int, count: Int) {
        var group = (end: end(from: start, of: unit, frameSize: frameSize), count: 1)
        while group.end < unit.count {
            let next = end(from: group.end, of: unit, frameSize: frameSize)
            guard next - start <= limit else { break }
            group = (next, group.count + 1)
        }
        return group
    }
}
