import ArgumentParser

struct FormatsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "formats",
        abstract: "List the codecs that are served, as what, and which clients can receive them.",
        discussion: """
            Clients: FFmpeg 5.1 and 9, GStreamer 1.22 as Debian 12 has it, VLC 3. Formats that few clients know are offered all the same;
            some are offered only if the URL's query asks for them.

            Examples:
              sluice formats
              sluice formats --markdown         the table that README has
            """)

    @Flag(help: "Print the formats that are served as a Markdown table.")
    var markdown = false

    func run() { FileOutput.line(markdown ? FormatsTable.markdown() : FormatsTable.columns()) }
}
