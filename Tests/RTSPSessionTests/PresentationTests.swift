import RTSPSession
import Testing

@Suite struct PresentationTests {
    @Test(arguments: [(0, UInt8(96)), (1, 97), (31, 127), (32, 96), (100, 100)])
    func payloadTypesAreDynamic(_ track: Int, _ payloadType: UInt8) {
        #expect(Presentation.payloadType(of: track) == payloadType)
    }
}
