import CFFmpeg

/// One picture, or a run of audio samples: an AVFrame and the references that it holds.
package struct Frame: ~Copyable {
    let pointer: UnsafeMutablePointer<AVFrame>

    /// - Precondition: memory for the frame's header (half a kilobyte) can be had.
    package init() {
        guard let pointer = av_frame_alloc() else { fatalError("av_frame_alloc: out of memory") }
        self.pointer = pointer
    }

    deinit {
        var pointer: UnsafeMutablePointer<AVFrame>? = pointer
        av_frame_free(&pointer)
    }

    /// Of a decoded frame, nanoseconds; nil if nothing tells.
    package var presentationNanoseconds: Int64? {
        let best = pointer.pointee.best_effort_timestamp
        let stamp = best == sluice_no_timestamp ? pointer.pointee.pts : best
        return stamp == sluice_no_timestamp ? nil : stamp
    }

    package var width: Int { Int(pointer.pointee.width) }
    package var height: Int { Int(pointer.pointee.height) }
    /// Per channel.
    package var sampleCount: Int { Int(pointer.pointee.nb_samples) }
    /// Hz; zero if unknown.
    package var sampleRate: Int { Int(pointer.pointee.sample_rate) }

    /// A decoded picture that damage has touched is one all the same.
    package var isEmpty: Bool { pointer.pointee.width == 0 && pointer.pointee.nb_samples == 0 }

    /// What the encoder is to count it as.
    package mutating func mark(count: Int64, isKey: Bool) {
        pointer.pointee.pts = count
        pointer.pointee.pict_type = isKey ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE
    }

    /// Shares the picture of another.
    mutating func refer(to other: borrowing Frame) throws(AVFailure) {
        av_frame_unref(pointer)
        try checked(av_frame_ref(pointer, other.pointer), "av_frame_ref")
        // What the decoder notes of its own picture is no wish of ours.
        pointer.pointee.sample_aspect_ratio = AVRational(num: 1, den: 1)
    }
}
