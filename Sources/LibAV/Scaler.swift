import CFFmpeg

/// Brings pictures of any size and kind to those of one encoder: as large as they fit with their shape kept, in the middle of black.
package struct Scaler: ~Copyable {
    private let width: Int
    private let height: Int
    private let format: AVPixelFormat
    private let isFullRange: Bool
    private var context: OpaquePointer?
    /// What `context` was made for.
    private var source: Source?
    /// Inside the target.
    private var area = Area(x: 0, y: 0, width: 0, height: 0)

    private struct Source: Hashable {
        let width: Int32
        let height: Int32
        let format: Int32
        let aspectNumerator: Int32
        let aspectDenominator: Int32
        let isFullRange: Bool
        let matrix: UInt32
    }

    package struct Area: Hashable, Sendable {
        package var x: Int
        package var y: Int
        package var width: Int
        package var height: Int
    }

    /// - Parameter settings: of video.
    package init(for settings: EncoderSettings) {
        guard case .video(let width, let height, _) = settings.media else { preconditionFailure("pictures are scaled") }
        (self.width, self.height) = (width, height)
        (format, isFullRange) = (settings.pixelFormat, settings.isFullRange)
    }

    deinit { sws_freeContext(context) }

    /// From where on pictures without a word about it have the colours of ITU-R BT.709.
    static func isHighDefinition(_ height: Int) -> Bool { height >= 720 }

    /// Where a picture lies in another: the largest that fits, on even lines and columns, as 4:2:0 has it.
    /// - Parameter aspect: of a pixel of the source: its width over its height; nil if square.
    package static func area(
        of source: (width: Int, height: Int), aspect: (Int, Int)?, in target: (width: Int, height: Int)
    ) -> Area {
        var (across, down) = (Int128(source.width), Int128(source.height))
        if let aspect, aspect.0 > 0, aspect.1 > 0 {
            (across, down) = (across * Int128(aspect.0), down * Int128(aspect.1))
        }
        guard across > 0, down > 0 else { return Area(x: 0, y: 0, width: target.width, height: target.height) }
        var (width, height) = (target.width, target.height)
        if across * Int128(target.height) > down * Int128(target.width) {
            height = Int((2 * Int128(target.width) * down + across) / (2 * across))
            height = min(max(2, height - height % 2), target.height)
        } else {
            width = Int((2 * Int128(target.height) * across + down) / (2 * down))
            width = min(max(2, width - width % 2), target.width)
        }
        let (x, y) = ((target.width - width) / 2, (target.height - height) / 2)
        return Area(x: x - x % 2, y: y - y % 2, width: width, height: height)
    }

    /// Replaces what `target` holds. A picture that is right already is shared.
    package mutating func scale(_ picture: borrowing Frame, into target: inout Frame) throws(AVFailure) {
        let isChanged = try prepare(for: picture)
        if context != nil { try clear(&target, isChanged) }
        guard let context else { return try target.refer(to: picture) }
        let (from, to) = (picture.pointer, target.pointer)
        var planes = [to.pointee.data.0, to.pointee.data.1, to.pointee.data.2, nil]
        for plane in 0..<3 {
            let shift = plane == 0 ? 0 : 1
            let stride = Int([to.pointee.linesize.0, to.pointee.linesize.1, to.pointee.linesize.2][plane])
            planes[plane] = planes[plane]?.advanced(by: (area.y >> shift) * stride + (area.x >> shift))
        }
        let strides = [to.pointee.linesize.0, to.pointee.linesize.1, to.pointee.linesize.2, 0]
        var sources: [UnsafePointer<UInt8>?] = [
            UnsafePointer(from.pointee.data.0), UnsafePointer(from.pointee.data.1), UnsafePointer(from.pointee.data.2),
            UnsafePointer(from.pointee.data.3),
        ]
        let sourceStrides = [
            from.pointee.linesize.0, from.pointee.linesize.1, from.pointee.linesize.2, from.pointee.linesize.3,
        ]
        try checked(
            sws_scale(context, &sources, sourceStrides, 0, from.pointee.height, &planes, strides), "sws_scale")
    }

    /// A black picture of the target's size.
    package func black(into target: inout Frame) throws(AVFailure) {
        let frame = target.pointer
        av_frame_unref(frame)
        (frame.pointee.width, frame.pointee.height) = (Int32(clamping: width), Int32(clamping: height))
        frame.pointee.format = format.rawValue
        frame.pointee.color_range = isFullRange ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG
        try checked(av_frame_get_buffer(frame, 0), "av_frame_get_buffer")
        var planes = [frame.pointee.data.0, frame.pointee.data.1, frame.pointee.data.2, nil]
        let strides = [
            Int(frame.pointee.linesize.0), Int(frame.pointee.linesize.1), Int(frame.pointee.linesize.2), 0,
        ]
        try checked(
            av_image_fill_black(
                &planes, strides, format, frame.pointee.color_range, frame.pointee.width, frame.pointee.height),
            "av_image_fill_black")
    }

    /// The target is of this size and may be written to; what lies around the area is black.
    private func clear(_ target: inout Frame, _ isChanged: Bool) throws(AVFailure) {
        guard !isChanged, target.pointer.pointee.buf.0 != nil else { return try black(into: &target) }
        // The encoder may still look at the last picture.
        try checked(av_frame_make_writable(target.pointer), "av_frame_make_writable")
    }

    /// The source may change with every picture.
    /// - Returns: whether it has.
    private mutating func prepare(for picture: borrowing Frame) throws(AVFailure) -> Bool {
        let frame = picture.pointer.pointee
        let isFull = frame.color_range == AVCOL_RANGE_JPEG || Self.isFullRange(frame.format)
        let matrix = Self.coefficients(frame.colorspace, Int(frame.height))
        let new = Source(
            width: frame.width, height: frame.height, format: frame.format,
            aspectNumerator: frame.sample_aspect_ratio.num, aspectDenominator: frame.sample_aspect_ratio.den,
            isFullRange: isFull, matrix: UInt32(matrix))
        guard new != source else { return false }
        source = nil
        sws_freeContext(context)
        context = nil
        area = Self.area(
            of: (Int(frame.width), Int(frame.height)),
            aspect: (Int(frame.sample_aspect_ratio.num), Int(frame.sample_aspect_ratio.den)), in: (width, height))
        let targetMatrix = Self.isHighDefinition(height) ? SWS_CS_ITU709 : SWS_CS_ITU601
        let isSame =
            area == Area(x: 0, y: 0, width: width, height: height) && Int(frame.width) == width
            && Int(frame.height) == height && frame.format == format.rawValue && isFull == isFullRange
            && matrix == targetMatrix
        if !isSame { context = try makeContext(frame, isFull, matrix, targetMatrix) }
        source = new
        return true
    }

    private func makeContext(
        _ frame: AVFrame, _ isFull: Bool, _ matrix: Int32, _ targetMatrix: Int32
    ) throws(AVFailure) -> OpaquePointer {
        guard
            let context = sws_getContext(
                frame.width, frame.height, AVPixelFormat(rawValue: frame.format), Int32(clamping: area.width),
                Int32(clamping: area.height), format, SWS_BICUBIC, nil, nil, nil)
        else { throw AVFailure(code: sluice_error_invalid_argument, call: "sws_getContext") }
        // Refused for pictures without such a matrix (RGB to RGB): there is nothing to convert then.
        _ = sws_setColorspaceDetails(
            context, sws_getCoefficients(matrix), isFull ? 1 : 0, sws_getCoefficients(targetMatrix),
            isFullRange ? 1 : 0, 0, 1 << 16, 1 << 16)
        return context
    }

    private static func isFullRange(_ format: Int32) -> Bool {
        [AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_YUVJ440P, AV_PIX_FMT_YUVJ411P]
            .contains { $0.rawValue == format }
    }

    private static func coefficients(_ space: AVColorSpace, _ height: Int) -> Int32 {
        switch space {
        case AVCOL_SPC_BT709: SWS_CS_ITU709
        case AVCOL_SPC_BT470BG, AVCOL_SPC_SMPTE170M: SWS_CS_ITU601
        case AVCOL_SPC_SMPTE240M: SWS_CS_SMPTE240M
        case AVCOL_SPC_BT2020_NCL, AVCOL_SPC_BT2020_CL: SWS_CS_BT2020
        default: isHighDefinition(height) ? SWS_CS_ITU709 : SWS_CS_ITU601
        }
    }
}
