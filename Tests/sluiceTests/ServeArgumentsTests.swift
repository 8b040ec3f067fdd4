import ArgumentParser
import Testing

@testable import sluice

/// Where `serve`'s flags come from.
@Suite struct ServeArgumentsTests {
    private func complete(
        _ arguments: [String], environment: [String: String] = [:], file: String? = nil
    ) throws -> [String] {
        let completed = ServeArguments(environment: environment) { path in
            guard let file, path == "sluice.yaml" else { throw ValidationError("cannot read \(path)") }
            return file
        }
        return try completed.complete(arguments)
    }

    private func options(
        _ arguments: [String], environment: [String: String] = [:], file: String? = nil
    ) throws -> ServeOptions {
        let all = try complete(["serve"] + arguments, environment: environment, file: file)
        return try ServeOptions.parse(Array(all.dropFirst()))
    }

    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "nothing"
        } catch let error as ValidationError {
            return error.message
        } catch {
            return ServeOptions.message(for: error)
        }
    }

    @Test(
        "a flag beats the environment, that beats the file, and that beats the default",
        arguments: [
            (nil, nil, nil, 8554), (nil, nil, "1", 1), (nil, "2", nil, 2), ("3", nil, nil, 3), (nil, "2", "1", 2),
            ("3", nil, "1", 3), ("3", "2", nil, 3), ("3", "2", "1", 3), (nil, "", "1", 1),
        ] as [(String?, String?, String?, Int)])
    func precedence(flag: String?, variable: String?, file: String?, expected: Int) throws {
        for isJoined in [false, true] {
            let arguments = flag.map { isJoined ? ["--port=\($0)"] : ["--port", $0] } ?? []
            let parsed = try options(
                ["--config", "sluice.yaml"] + arguments + ["media"],
                environment: variable.map { ["SLUICE_PORT": $0] } ?? [:], file: file.map { "port: \($0)\n" } ?? "")
            #expect(parsed.port == expected)
            #expect(parsed.directory == "media")
        }
    }

    @Test(
        "toggles from everywhere",
        arguments: [
            ([], [:], "", true), ([], [:], "udp: false", false), ([], ["SLUICE_UDP": "yes"], "udp: no", true),
            (["--no-udp"], ["SLUICE_UDP": "1"], "udp: on", false), (["--udp"], ["SLUICE_UDP": "off"], "udp: off", true),
        ] as [([String], [String: String], String, Bool)])
    func toggles(arguments: [String], environment: [String: String], file: String, expected: Bool) throws {
        let parsed = try options(["--config=sluice.yaml", "media"] + arguments, environment: environment, file: file)
        #expect(parsed.udp == expected)
    }

    @Test("every flag is a key of the file and a variable, by the same name")
    func allFlags() throws {
        let help = ServeOptions.helpMessage(columns: 400)
        let kinds = FlagTable.serve.kinds
        #expect(kinds.count > 35)
        #expect(kinds["low-time"] == .value && kinds["tcp"] == .toggle && kinds["channel"] == .list)
        #expect(kinds["channel-window"] == .value && kinds["config"] == nil && kinds["directory"] == nil)
        for (name, kind) in kinds {
            #expect(help.contains("--\(name)"), "\(name)")
            guard kind == .value, name != "host", name != "log-level" else { continue }
            let variable = "SLUICE_" + name.uppercased().map { $0 == "-" ? "_" : $0 }
            for added in [
                try complete(["serve", "x"], environment: [variable: "7"]),
                try complete(["serve", "x", "--config", "sluice.yaml"], file: "\(name): 7"),
            ] {
                #expect(added.starts(with: ["serve", "--\(name)=7"]))
            }
        }
        // And each that the help shows.
        for word in help.split(whereSeparator: { " \n,/[]<>()".contains($0) }) where word.hasPrefix("--") {
            let name = word.dropFirst(2)
            let isKnown = kinds[String(name)] != nil || kinds[String(name.dropFirst(3))] == .toggle
            #expect(isKnown || name == "config" || name == "lead" || name == "help", "\(word)")
        }
    }

    @Test("channels: in the file a mapping or flags' texts, in the environment between semicolons")
    func channels() throws {
        let file = """
            channels:
              news: news.m3u
              "the best": { playlist: "a, b", shuffle: true, once: no, join: next, stop-clock: true }
            channel: ["old=old.m3u,once"]
            """
        let fromFile = try options(["--config", "sluice.yaml", "media"], file: file).channels.channel
        #expect(
            fromFile == [
                try ChannelOption(parsing: "news=news.m3u"),
                try ChannelOption(parsing: #"the best=a\, b,shuffle,join=next,stop-clock"#),
                try ChannelOption(parsing: "old=old.m3u,once"),
            ])
        let fromVariable = try options(["media"], environment: ["SLUICE_CHANNEL": "a=x,once;b=y"]).channels.channel
        #expect(fromVariable.map(\.name) == ["a", "b"])
        let fromFlag = try options(
            ["media", "--config", "sluice.yaml", "--channel", "c=z"], environment: ["SLUICE_CHANNEL": "a=x"], file: file
        )
        #expect(fromFlag.channels.channel.map(\.name) == ["c"])
    }

    @Test(
        "what is wrong with a file, and where",
        arguments: [
            ("prot: 1", "sluice.yaml:1: unknown key prot"), ("config: x", "sluice.yaml:1: unknown key config"),
            ("port: 1\n\ndirectory: x", "sluice.yaml:3: unknown key directory"),
            ("port:", "sluice.yaml:1: port must have one value"),
            ("port: [1]", "sluice.yaml:1: port must have one value"),
            ("- port", "sluice.yaml: not a mapping of flags' names"),
            ("channels: x", "sluice.yaml:1: channels is a mapping of names"),
            ("channels: { tv: { playlist: x, loop: true } }", "sluice.yaml:1: unknown key channels.tv.loop"),
            ("channels: { tv: { once: true } }", "sluice.yaml:1: channels.tv has no playlist"),
            (
                "channels: { tv: { playlist: x, once: maybe } }",
                "sluice.yaml:1: channels.tv.once is true or false, not maybe"
            ),
            ("udp: perhaps", "udp is true or false, not perhaps"), ("port: 70000", "--port must be from 0 to 65535"),
            ("channels: { tv: ../x }", "../x is no path below the media root, or hidden"),
        ])
    func badFiles(file: String, reason: String) {
        let said = message { _ = try options(["media", "--config", "sluice.yaml"], file: file) }
        #expect(said.contains(reason), "\(said)")
    }

    @Test("YAML that is none says where; a file that is not there is named; an empty one says nothing")
    func unreadable() throws {
        #expect(message { _ = try options(["x", "--config", "sluice.yaml"], file: "a: [") }.hasPrefix("sluice.yaml: "))
        #expect(message { _ = try options(["x", "--config", "gone.yaml"]) } == "cannot read gone.yaml")
        #expect(
            message { _ = try options(["x"], environment: ["SLUICE_CONFIG": "gone.yaml"]) } == "cannot read gone.yaml")
        #expect(try options(["x", "--config", "sluice.yaml"], file: "# nothing\n").port == 8554)
        #expect(try options(["x"], environment: ["SLUICE_CONFIG": "sluice.yaml"], file: "port: 5").port == 5)
    }

    @Test("other commands and help stay as they are, and a bad value is told as the flag's would be")
    func untouched() throws {
        let environment = ["SLUICE_PORT": "5", "SLUICE_CONFIG": "gone.yaml"]
        for arguments in [["probe", "x"], ["serve", "--help"], [], ["--version"]] {
            #expect(try complete(arguments, environment: environment) == arguments)
        }
        let fromVariable = message { _ = try options(["x"], environment: ["SLUICE_MTU": "12"]) }
        #expect(fromVariable == message { _ = try options(["x", "--mtu", "12"]) })
        #expect(try complete(["serve", "x"], environment: ["SLUICE_NOTHING": "1"]) == ["serve", "x"])
    }
}
