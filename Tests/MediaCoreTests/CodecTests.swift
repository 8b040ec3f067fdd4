import MediaCore
import Testing

@Suite struct CodecTests {
    @Test(
        "codecs by their names in the field",
        arguments: [(Codec.h264, "H.264"), (.aac, "AAC"), (.other("theora"), "theora")])
    func names(codec: Codec, name: String) {
        #expect(codec.description == name)
    }
}
