import CFFmpeg

/// Brings audio of any kind to the samples of one encoder, and keeps them until a unit is full.
package struct Resampler: ~Copyable {
    private let format: AVSampleFormat
    private let sampleRate: Int32
    private let channels: Int32
    private var context: OpaquePointer?
    private var source: Source?
    private let waiting: OpaquePointer

    private struct Source: Hashable {
        let format: Int32
        let sampleRate: Int32
        let channels: Int32
        let mask: UInt64
    }

    /// - Parameter settings: of audio.
    package init(for settings: EncoderSettings) throws(AVFailure) {
        guard case .audio(let sampleRate, let channels) = settings.media else {
            preconditionFailure("sound is resampled")
        }
        (self.sampleRate, self.channels) = (Int32(clamping: sampleRate), Int32(clamping: channels))
        format = settings.sampleFormat
        guard let waiting = av_audio_fifo_alloc(format, self.channels, 4_096) else {
            throw AVFailure(code: sluice_error_no_memory, call: "av_audio_fifo_alloc")
        }
        self.waiting = waiting
    }

    deinit {
        var context = context
        swr_free(&context)
        av_audio_fifo_free(waiting)
    }

    /// Samples per channel that can be taken.
    package var count: Int { Int(av_audio_fifo_size(waiting)) }

    /// Adds what `frame` has.
    /// - Parameter skipped: its first samples, which are left out; fewer than it has.
    package mutating func append(_ frame: borrowing Frame, skipping skipped: Int = 0) throws(AVFailure) {
        try prepare(for: frame)
        let (pointer, channels) = (frame.pointer, Int(frame.pointer.pointee.ch_layout.nb_channels))
        let format = AVSampleFormat(rawValue: pointer.pointee.format)
        let isPlanar = av_sample_fmt_is_planar(format) != 0
        let step = skipped * Int(av_get_bytes_per_sample(format)) * (isPlanar ? 1 : channels)
        var planes = (0..<(isPlanar ? channels : 1)).map {
            pointer.pointee.extended_data[$0].map { UnsafePointer($0 + step) }
        }
        try convert(&planes, Int32(clamping: frame.sampleCount - skipped))
    }

    /// What the filter still holds comes out: nothing follows, or something else.
    package mutating func finish() throws(AVFailure) {
        guard context != nil else { return }
        try convert(nil, 0)
        swr_free(&context)
        source = nil
    }

    /// Adds silence.
    package mutating func appendSilence(_ count: Int) throws(AVFailure) {
        guard count > 0 else { return }
        let silence = Frame()
        try allocate(silence, count)
        av_samples_set_silence(silence.pointer.pointee.extended_data, 0, Int32(clamping: count), channels, format)
        try store(silence, Int32(clamping: count))
    }

    /// Discards the newest samples.
    package mutating func forget() { av_audio_fifo_reset(waiting) }

    /// The oldest `count` samples.
    /// - Precondition: there are as many.
    package mutating func take(_ count: Int, into frame: inout Frame) throws(AVFailure) {
        precondition(count <= self.count, "only \(self.count) samples")
        av_frame_unref(frame.pointer)
        try allocate(frame, count)
        _ = try withPlanes(of: frame) { planes throws(AVFailure) in
            try checked(av_audio_fifo_read(waiting, planes, Int32(clamping: count)), "av_audio_fifo_read")
        }
    }

    private func allocate(_ frame: borrowing Frame, _ count: Int) throws(AVFailure) {
        let pointer = frame.pointer
        pointer.pointee.format = format.rawValue
        pointer.pointee.nb_samples = Int32(clamping: count)
        pointer.pointee.sample_rate = sampleRate
        av_channel_layout_default(&pointer.pointee.ch_layout, channels)
        try checked(av_frame_get_buffer(pointer, 0), "av_frame_get_buffer")
    }

    private func withPlanes<Result>(
        of frame: borrowing Frame, _ body: (UnsafeMutablePointer<UnsafeMutableRawPointer?>) throws(AVFailure) -> Result
    ) throws(AVFailure) -> Result {
        let isPlanar = av_sample_fmt_is_planar(format) != 0
        var planes = (0..<(isPlanar ? Int(channels) : 1)).map {
            UnsafeMutableRawPointer(frame.pointer.pointee.extended_data[$0])
        }
        return try body(&planes)
    }

    private func store(_ frame: borrowing Frame, _ count: Int32) throws(AVFailure) {
        _ = try withPlanes(of: frame) { planes throws(AVFailure) in
            try checked(av_audio_fifo_write(waiting, planes, count), "av_audio_fifo_write")
        }
    }

    private func convert(_ samples: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ count: Int32) throws(AVFailure) {
        let room = swr_get_out_samples(context, count)
        guard room > 0 else { return }
        let converted = Frame()
        try allocate(converted, Int(room))
        let written = try checked(
            swr_convert(context, converted.pointer.pointee.extended_data, room, samples, count), "swr_convert")
        if written > 0 { try store(converted, written) }
    }

    /// The source may change with every frame.
    private mutating func prepare(for frame: borrowing Frame) throws(AVFailure) {
        let pointer = frame.pointer
        let layout = pointer.pointee.ch_layout
        let isNative = layout.order == AV_CHANNEL_ORDER_NATIVE
        let new = Source(
            format: pointer.pointee.format, sampleRate: pointer.pointee.sample_rate, channels: layout.nb_channels,
            mask: isNative ? layout.u.mask : 0)
        guard new != source else { return }
        try finish()
        guard new.sampleRate > 0, new.channels > 0 else {
            throw AVFailure(code: sluice_error_invalid_data, call: "resampling")
        }
        var target = AVChannelLayout()
        av_channel_layout_default(&target, channels)
        // Channels whose places nobody tells are those of the usual layout of so many.
        var origin = AVChannelLayout()
        av_channel_layout_default(&origin, layout.nb_channels)
        var input = isNative ? layout : origin
        var made: OpaquePointer?
        try checked(
            swr_alloc_set_opts2(
                &made, &target, format, sampleRate, &input, AVSampleFormat(rawValue: new.format), new.sampleRate, 0,
                nil), "swr_alloc_set_opts2")
        let code = swr_init(made)
        guard code >= 0 else {
            swr_free(&made)
            throw AVFailure(code: code, call: "swr_init")
        }
        (context, source) = (made, new)
    }
}
