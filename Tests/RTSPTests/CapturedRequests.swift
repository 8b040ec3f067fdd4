/// Requests as clients sent them to a listening socket, unchanged.
enum CapturedRequests {
    /// FFmpeg 5.1 (Lavf59.27.100), `-rtsp_transport tcp`; the RTCP receiver report between the requests is RFC 2326
    /// 10.12 framing.
    static let ffmpegTCP =
        lines(
            "OPTIONS rtsp://127.0.0.1:18554/dir/film.mp4 RTSP/1.0", "CSeq: 1", "User-Agent: Lavf59.27.100", "",
            "DESCRIBE rtsp://127.0.0.1:18554/dir/film.mp4 RTSP/1.0", "Accept: application/sdp", "CSeq: 2",
            "User-Agent: Lavf59.27.100", "",
            "SETUP rtsp://127.0.0.1:18554/dir/film.mp4/trackID=0 RTSP/1.0",
            "Transport: RTP/AVP/TCP;unicast;interleaved=0-1", "CSeq: 3", "User-Agent: Lavf59.27.100", "",
            "PLAY rtsp://127.0.0.1:18554/dir/film.mp4/ RTSP/1.0", "Range: npt=0.000-", "CSeq: 5",
            "User-Agent: Lavf59.27.100", "Session: ABCDEF12", "")
        + [0x24, 0x01, 0x00, 0x08, 0x80, 0xC9, 0x00, 0x01, 0x0D, 0x0A, 0x0D, 0x0A]
        + lines(
            "TEARDOWN rtsp://127.0.0.1:18554/dir/film.mp4/ RTSP/1.0", "CSeq: 7", "User-Agent: Lavf59.27.100",
            "Session: ABCDEF12", "")

    /// FFmpeg 5.1, a URL with a space: it is sent as it is.
    static let ffmpegSpace = lines(
        "DESCRIBE rtsp://127.0.0.1:18555/my film.mp4 RTSP/1.0", "Accept: application/sdp", "CSeq: 2",
        "User-Agent: Lavf59.27.100", "")

    /// GStreamer 1.22 rtspsrc over UDP.
    static let gstreamer = lines(
        "SETUP rtsp://127.0.0.1:18556/film.mp4/trackID=1 RTSP/1.0", "CSeq: 4", "User-Agent: GStreamer/1.22.0",
        "Transport: RTP/AVP;unicast;client_port=57830-57831", "Session: ABCDEF12",
        "Date: Mon, 23 Nov 2026 03:59:55 GMT", "",
        "PLAY rtsp://127.0.0.1:18556/film.mp4?loop/ RTSP/1.0", "CSeq: 5", "User-Agent: GStreamer/1.22.0",
        "Range: npt=0-12.04", "Session: ABCDEF12", "Date: Mon, 23 Nov 2026 03:59:55 GMT", "",
        "GET_PARAMETER rtsp://127.0.0.1:18556/film.mp4?loop/ RTSP/1.0", "CSeq: 6", "User-Agent: GStreamer/1.22.0",
        "Session: ABCDEF12", "Date: Mon, 23 Nov 2026 04:00:50 GMT", "")

    static let all = [ffmpegTCP, ffmpegSpace, gstreamer]

    private static func lines(_ lines: String...) -> [UInt8] { Array(lines.map { $0 + "\r\n" }.joined().utf8) }
}
