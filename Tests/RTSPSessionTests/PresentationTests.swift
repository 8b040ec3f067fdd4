import MediaCore
import RTPPayload
import RTSPSession
import Testing

@Suite struct PresentationTests {
    @Test(arguments: [(0, UInt8(96)), (1, 97), (31, 127), (32, 96), (100, 100)])
    func payloadTypesAreDynamic(_ track: Int, _ payloadType: UInt8) throws {
        let format = try PayloadFormat.make(for: SessionFixture.video)
        #expect(Presentation.payloadType(of: track, format) == payloadType)
    }

    @Test func aStaticPayloadTypeIsUsed() throws {
        var format = try PayloadFormat.make(for: SessionFixture.audio)
        format.staticPayloadType = 14
        #expect(Presentation.payloadType(of: 3, format) == 14)
    }
}
