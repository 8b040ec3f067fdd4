import MediaCore
import Testing

@Suite struct XiphHeadersTests {
    private static let headers = XiphHeaders(
        identification: [UInt8](repeating: 1, count: 30), comment: [UInt8](repeating: 2, count: 510), setup: [3, 4, 5])
    private static let all = headers.identification + headers.comment + headers.setup

    @Test func laced() {
        let configuration = [2, 30, 255, 255, 0] + Self.all
        #expect(XiphHeaders(configuration: configuration, identificationSize: 30) == Self.headers)
    }

    @Test func prefixed() {
        let configuration =
            [0, 30] + Self.headers.identification + [1, 254] + Self.headers.comment + [0, 3] + Self.headers.setup
        #expect(XiphHeaders(configuration: configuration, identificationSize: 30) == Self.headers)
        // The same size is another's.
        #expect(XiphHeaders(configuration: configuration, identificationSize: 42) == nil)
    }

    @Test func cutOff() {
        let prefixed =
            [0, 30] + Self.headers.identification + [1, 254] + Self.headers.comment + [0, 3] + Self.headers.setup
        for configuration in [prefixed, [2, 30, 255, 255, 0] + Self.all] {
            for count in 0..<configuration.count {
                let headers = XiphHeaders(configuration: Array(configuration[..<count]), identificationSize: 30)
                // Of laced headers the last has no length.
                #expect(headers == nil || configuration[0] == 2 && count >= 545)
            }
        }
        #expect(XiphHeaders(configuration: [2, 29, 1] + Self.all, identificationSize: 30) == nil)
        #expect(XiphHeaders(configuration: [3, 30, 255, 255, 0] + Self.all, identificationSize: 30) == nil)
    }
}
