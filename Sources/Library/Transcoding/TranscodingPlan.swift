internal import Delivery
internal import LibAV
internal import MediaCore
internal import RTPPayload

/// How one track of an entry becomes what a channel's viewers were told.
struct TranscodingPlan: Sendable {
    /// Position in the entry's title.
    let track: Int
    let settings: EncoderSettings
    /// Of the encoder's units; can follow the channel's.
    let format: PayloadFormat
    let codec: CodecDescription

    /// Tries the encoder with a black picture or with silence: what comes out shows whether its units can follow the channel's.
    /// - Throws: `.unsupported` if there is no such encoder, or the channel's SDP says what it cannot keep to.
    init(_ conversion: TrackConversion) throws(MediaError) {
        track = conversion.track
        let settings = try EncoderSettings(for: conversion)
        self.settings = settings
        let trial: [UInt8]
        do throws(AVFailure) {
            trial = try Trial.unit(settings, conversion)
        } catch {
            throw .unsupported("\(conversion.reason), and \(error)")
        }
        let codec = Self.describe(settings, conversion, trial)
        self.codec = codec
        do throws(PayloadFormatError) {
            format = try PayloadFormat.make(for: codec, firstUnit: trial)
        } catch {
            throw .unsupported("\(conversion.reason), and what is encoded cannot be sent: \(error)")
        }
        if let refusal = format.refusal(toFollow: conversion.format) {
            throw .unsupported("\(conversion.reason), and encoding would bring \(refusal)")
        }
    }

    private static func describe(
        _ settings: EncoderSettings, _ conversion: TrackConversion, _ unit: [UInt8]
    ) -> CodecDescription {
        var codec = CodecDescription(
            codec: settings.codec, kind: conversion.target.codec.kind, bitRate: Int64(settings.bitRate))
        switch settings.media {
        case .video(let width, let height, _): (codec.width, codec.height) = (width, height)
        case .audio(let rate, let channels): (codec.sampleRate, codec.channels) = (rate, channels)
        }
        switch settings.codec {
        // The first unit begins with its parameter sets.
        case .h264: codec.configuration = unit
        case .aac: codec.configuration = conversion.format.audioConfiguration ?? []
        default: break
        }
        return codec
    }
}

extension TranscodingPlan: CustomStringConvertible {
    /// For logs: `H.264 1280x720`.
    var description: String {
        switch settings.media {
        case .video(let width, let height, _): "\(settings.codec) \(width)x\(height)"
        case .audio(let rate, let channels): "\(settings.codec) \(rate) Hz, \(channels) ch"
        }
    }
}

extension CodecDescription {
    /// For logs, as a plan's.
    var summary: String {
        kind == .video ? "\(codec) \(width)x\(height)" : "\(codec) \(sampleRate) Hz, \(channels) ch"
    }
}

extension PayloadFormat {
    /// The AudioSpecificConfig that SDP states: RFC 3640 4.1, `config`.
    var audioConfiguration: [UInt8]? {
        guard let text = fmtp.first(where: { $0.name == "config" })?.value, text.utf8.count % 2 == 0 else { return nil }
        let digits = Array(text.utf8)
        let bytes = stride(from: 0, to: digits.count, by: 2).map {
            UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
        }
        return bytes.contains(nil) ? nil : bytes.compactMap { $0 }
    }
}

/// The first unit that an encoder brings.
private enum Trial {
    static func unit(_ settings: EncoderSettings, _ conversion: TrackConversion) throws(AVFailure) -> [UInt8] {
        var encoder = try Encoder(settings)
        if settings.codec == .aac { try check(encoder.configuration, conversion.format.audioConfiguration ?? []) }
        var frame = Frame()
        var packet = Packet()
        for count in 0..<maximumFrames {
            switch settings.media {
            case .video: try Scaler(for: settings).black(into: &frame)
            case .audio:
                var silence = try Resampler(for: settings)
                let size = encoder.frameSize > 0 ? encoder.frameSize : 160
                try silence.appendSilence(size)
                try silence.take(size, into: &frame)
            }
            frame.mark(count: Int64(count * max(1, encoder.frameSize)), isKey: count == 0)
            try encoder.send(frame)
            if try encoder.receive(into: &packet) { return packet.withBytes { $0.withUnsafeBytes { Array($0) } } }
        }
        throw AVFailure(code: AVFailure.unsupported, call: "the encoder holds back \(maximumFrames) units")
    }

    /// An encoder that holds back more would make an entry begin late.
    private static let maximumFrames = 8

    /// AAC LC without SBR, at the channel's rate and with its channels: the first two bytes say that, and a sync extension behind them that
    /// there is no SBR (ISO/IEC 14496-3 1.6.2.1, 1.6.5).
    private static func check(_ own: [UInt8], _ told: [UInt8]) throws(AVFailure) {
        let rest = told.dropFirst(2)
        guard own.count >= 2, told.prefix(2) == own.prefix(2), rest.isEmpty || Array(rest) == [0x56, 0xE5, 0x00] else {
            throw AVFailure.unlikeAAC
        }
    }
}

extension AVFailure {
    fileprivate static let unlikeAAC = AVFailure(
        code: unsupported, call: "the AAC encoder cannot keep to the channel's AudioSpecificConfig")
}
