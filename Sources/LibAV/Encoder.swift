import CFFmpeg
internal import MediaCore

/// One of libavcodec's encoders at work on one track, on the caller's thread alone.
package struct Encoder: ~Copyable {
    private let context: UnsafeMutablePointer<AVCodecContext>
    package let settings: EncoderSettings

    /// - Throws: if this libavcodec has no such encoder, or that refuses the settings.
    package init(_ settings: EncoderSettings) throws(AVFailure) {
        let name = EncoderSettings.name(of: settings.codec) ?? "\(settings.codec)"
        guard let codec = avcodec_find_encoder_by_name(name) else {
            throw AVFailure(code: sluice_error_invalid_argument, call: "avcodec_find_encoder(\(name))")
        }
        guard let context = avcodec_alloc_context3(codec) else {
            throw AVFailure(code: sluice_error_no_memory, call: "avcodec_alloc_context3")
        }
        do throws(AVFailure) {
            settings.describe(to: context)
            for (option, value) in settings.options {
                try checked(av_opt_set(context.pointee.priv_data, option, value, 0), "\(name): \(option)=\(value)")
            }
            try checked(avcodec_open2(context, codec, nil), "avcodec_open2(\(name))")
        } catch {
            var context: UnsafeMutablePointer<AVCodecContext>? = context
            avcodec_free_context(&context)
            throw error
        }
        self.context = context
        self.settings = settings
    }

    deinit {
        var context: UnsafeMutablePointer<AVCodecContext>? = context
        avcodec_free_context(&context)
    }

    /// What a decoder must know beforehand; empty if the units tell.
    package var configuration: [UInt8] {
        Array(UnsafeBufferPointer(start: context.pointee.extradata, count: Int(max(0, context.pointee.extradata_size))))
    }

    /// Samples per channel in each unit; zero if any number will do.
    package var frameSize: Int { Int(context.pointee.frame_size) }
    /// Samples that lie before the first that was sent, in the first units.
    package var initialPadding: Int { Int(context.pointee.initial_padding) }

    package mutating func send(_ frame: borrowing Frame) throws(AVFailure) {
        try checked(avcodec_send_frame(context, frame.pointer), "encoding")
    }

    /// Nothing follows: what is held comes out.
    package mutating func finish() throws(AVFailure) { try checked(avcodec_send_frame(context, nil), "encoding") }

    /// Replaces what `packet` holds by the next unit; false if there is none before more is sent.
    package mutating func receive(into packet: inout Packet) throws(AVFailure) -> Bool {
        let code = avcodec_receive_packet(context, packet.pointer)
        if code == sluice_error_again || code == sluice_error_eof { return false }
        try checked(code, "encoding")
        return true
    }
}

extension EncoderSettings {
    fileprivate func describe(to context: UnsafeMutablePointer<AVCodecContext>) {
        context.pointee.thread_count = 1
        switch media {
        case .video(let width, let height, let rate): describe(width, height, rate, to: context)
        case .audio(let sampleRate, let channels): describe(sampleRate, channels, to: context)
        }
    }

    private func describe(
        _ width: Int, _ height: Int, _ rate: TimeBase, to context: UnsafeMutablePointer<AVCodecContext>
    ) {
        (context.pointee.width, context.pointee.height) = (Int32(clamping: width), Int32(clamping: height))
        context.pointee.pix_fmt = pixelFormat
        context.pointee.sample_aspect_ratio = AVRational(num: 1, den: 1)
        // Pictures are counted; their times travel beside the encoder.
        context.pointee.time_base = AVRational(num: rate.numerator, den: rate.denominator)
        context.pointee.framerate = AVRational(num: rate.denominator, den: rate.numerator)
        context.pointee.max_b_frames = 0
        // Key frames are asked for by time.
        context.pointee.gop_size = 600
        context.pointee.color_range = isFullRange ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG
        context.pointee.colorspace = Scaler.isHighDefinition(height) ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M
        switch codec {
        case .motionJPEG:
            context.pointee.flags |= AV_CODEC_FLAG_QSCALE
            context.pointee.global_quality = 4 * FF_QP2LAMBDA
        default:
            if ![.h264, .h265].contains(codec) { context.pointee.bit_rate = Int64(bitRate) }
            context.pointee.rc_max_rate = Int64(bitRate)
            context.pointee.rc_buffer_size = Int32(clamping: bitRate)
        }
    }

    private func describe(_ sampleRate: Int, _ channels: Int, to context: UnsafeMutablePointer<AVCodecContext>) {
        context.pointee.sample_rate = Int32(clamping: sampleRate)
        context.pointee.sample_fmt = sampleFormat
        av_channel_layout_default(&context.pointee.ch_layout, Int32(clamping: channels))
        context.pointee.time_base = AVRational(num: 1, den: Int32(clamping: sampleRate))
        context.pointee.bit_rate = Int64(bitRate)
    }
}
