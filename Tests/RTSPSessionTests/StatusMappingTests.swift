import MediaCore
import RTSP
import RTSPSession
import Testing

@Suite struct StatusMappingTests {
    static let statuses: [(MediaError, UInt16)] = [
        (.notFound, 404), (.noSuchTrack("audio 3"), 404), (.forbidden, 403), (.unsupported("no track"), 415),
        (.unreadable("disk"), 500),
        (.rangeNotSatisfiable, 457), (.overloaded("files"), 503), (.cancelled, 455),
    ]

    @Test(arguments: statuses)
    func everyErrorHasItsStatus(_ error: MediaError, _ status: UInt16) {
        #expect(StatusCode(error).rawValue == status)
    }
}
