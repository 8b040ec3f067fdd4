import ArgumentParser
import Delivery
import MediaCore
import Testing

@testable import sluice

@Suite struct ChannelOptionTests {
    private static let options =
        "shuffle, once, join=key, join=next, stop-clock, group=ADDRESS:PORT, ttl=N, source=ADDRESS, ssm"

    @Test(
        "a group's options",
        arguments: [
            ("tv=x,group=239.1.2.3:5004", MulticastGroup(address: "239.1.2.3", port: 5004)),
            ("tv=x,ttl=4,group=[ff15::7]:5004", MulticastGroup(address: "ff15::7", port: 5004, ttl: 4)),
            (
                "tv=x,group=232.1.2.3:6000,source=192.0.2.1,ssm,ttl=0",
                MulticastGroup(address: "232.1.2.3", port: 6000, ttl: 0, source: "192.0.2.1", isSourceSpecific: true)
            ),
        ])
    func groups(text: String, group: MulticastGroup) throws {
        #expect(try ChannelOption(parsing: text).group == group)
    }

    private func message(_ error: any Error) -> String { (error as? ValidationError)?.message ?? "\(error)" }

    @Test(
        "what a channel may be told",
        arguments: [
            ("tv=list.m3u", "tv", "list.m3u", []), ("tv=a/b,shuffle,once", "tv", "a/b", ["shuffle", "once"]),
            ("tv=/a.m3u8,join=next", "tv", "a.m3u8", ["next"]),
            ("tv=.,join=key,stop-clock", "tv", nil, ["key", "stop"]),
            ("tv=./x/", "tv", "x", []), ("tv=a=b", "tv", "a=b", []),
            (#"tv=a\,b\\c\d,once"#, "tv", #"a,b\c\d"#, ["once"]),
            ("die nächste=x", "die nächste", "x", []), (#"tv=a\"#, "tv", #"a\"#, []),
        ] as [(String, String, String?, Set<String>)])
    func parsed(text: String, name: String, playlist: String?, options: Set<String>) throws {
        let channel = try ChannelOption(parsing: text)
        #expect(channel.name == name)
        #expect(channel.playlist?.description == playlist)
        #expect(channel.isShuffled == options.contains("shuffle"))
        #expect(channel.isOnce == options.contains("once"))
        #expect(channel.stopsClock == options.contains("stop"))
        #expect(channel.join == (options.contains("key") ? .key : options.contains("next") ? .next : nil))
    }

    @Test(
        "what is wrong with it",
        arguments: [
            ("tv", "not NAME=PLAYLIST"), ("tv=", "channel tv has no playlist"),
            ("tv=,once", "channel tv has no playlist"),
            ("=x", "a channel's name is one path segment, and not hidden"),
            ("a/b=x", "a channel's name is one path segment, and not hidden"),
            ("..=x", "a channel's name is one path segment, and not hidden"),
            ("tv=../x", "../x is no path below the media root, or hidden"),
            ("tv=x,join=now", "join is key or next"),
            ("tv=x,loop", "loop is no option of a channel: \(options)"),
            ("tv=x,", " is no option of a channel: \(options)"),
            ("tv=x,ttl=4", "ttl=4 needs a group=ADDRESS:PORT"), ("tv=x,ssm", "ssm needs a group=ADDRESS:PORT"),
            ("tv=x,group=239.1.2.3", "group is ADDRESS:PORT"), ("tv=x,group=:5004", "group is ADDRESS:PORT"),
            ("tv=x,group=239.1.2.3:5005", "a group's port is even"),
            ("tv=x,group=239.1.2.3:0", "a group's port is even"),
            ("tv=x,group=239.1.2.3:5004,ttl=256", "ttl is from 0 to 255"),
        ])
    func refused(text: String, reason: String) {
        do {
            _ = try ChannelOption(parsing: text)
            Issue.record("\(text) was taken")
        } catch {
            #expect(message(error) == reason)
        }
    }

    @Test(
        "limits of channels, and how viewers join",
        arguments: [
            ("tv=x", 4, 4), ("tv=x,join=next", 4, nil), ("tv=x,join=key", 0, 4), ("tv=x", 0, nil),
            ("tv=x,join=key", 7, 7),
        ] as [(String, Int, Int?)])
    func limits(channel: String, burst: Int, expected: Int?) throws {
        let options = try ChannelOptions.parse([
            "--channel", channel, "--join-burst", "\(burst)", "--channel-window", "3", "--channel-window-bytes",
            "65536",
        ])
        let limits = options.limits(of: options.channel[0])
        #expect(limits == ChannelLimits(windowTime: .seconds(3), windowBytes: 65_536, joinBurst: expected))
    }

    @Test(
        "bounds of the flags, and each name once",
        arguments: [
            (["--join-burst", "1"], false), (["--join-burst", "2"], true), (["--join-burst", "100"], true),
            (["--join-burst", "101"], false), (["--channel-window", "0"], false), (["--channel-window", "1"], true),
            (["--channel-window-bytes", "65535"], false), (["--channel-window-bytes", "65536"], true),
            (["--channel", "a=x", "--channel", "b=x"], true), (["--channel", "a=x", "--channel", "a=y"], false),
        ])
    func bounds(arguments: [String], isTaken: Bool) {
        let isParsed = (try? ChannelOptions.parse(arguments)) != nil
        #expect(isParsed == isTaken)
    }
}
