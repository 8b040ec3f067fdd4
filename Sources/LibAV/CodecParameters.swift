import CFFmpeg
package import MediaCore

/// What a decoder must know of a stream before its first unit: a copy of the demuxer's.
package struct CodecParameters: ~Copyable {
    let pointer: UnsafeMutablePointer<AVCodecParameters>

    init(copying source: UnsafePointer<AVCodecParameters>) throws(AVFailure) {
        guard let pointer = avcodec_parameters_alloc() else {
            throw AVFailure(code: sluice_error_no_memory, call: "avcodec_parameters_alloc")
        }
        let code = avcodec_parameters_copy(pointer, source)
        guard code >= 0 else {
            var pointer: UnsafeMutablePointer<AVCodecParameters>? = pointer
            avcodec_parameters_free(&pointer)
            throw AVFailure(code: code, call: "avcodec_parameters_copy")
        }
        self.pointer = pointer
    }

    deinit {
        var pointer: UnsafeMutablePointer<AVCodecParameters>? = pointer
        avcodec_parameters_free(&pointer)
    }

    /// Fills in what the container's header leaves open, and looking at the first units has told.
    package mutating func complete(with codec: CodecDescription) {
        if codec.kind == .video, pointer.pointee.width <= 0 || pointer.pointee.height <= 0 {
            pointer.pointee.width = Int32(clamping: codec.width)
            pointer.pointee.height = Int32(clamping: codec.height)
        }
        guard codec.kind == .audio else { return }
        if pointer.pointee.sample_rate <= 0 { pointer.pointee.sample_rate = Int32(clamping: codec.sampleRate) }
        if pointer.pointee.ch_layout.nb_channels <= 0, codec.channels > 0 {
            av_channel_layout_default(&pointer.pointee.ch_layout, Int32(clamping: codec.channels))
        }
    }
}
