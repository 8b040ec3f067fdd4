import ArgumentParser
import Delivery
import Glibc
import Library
import Logging
import MediaCore

/// The flags of `serve` that make channels.
struct ChannelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Play a list on rtsp://HOST/channels/NAME, the same for all viewers; repeated for more.",
            discussion: """
                PLAYLIST is an .m3u file or a folder, below DIRECTORY. Options: shuffle; once (else for ever); stop-clock (pause while \
                nobody watches); join=key (begin at the last key frame) or join=next (wait for one); group=ADDRESS:PORT (multicast for \
                who asks for it; the port is even, each track has two), ttl=N, source=ADDRESS (to send from), ssm (source-specific).
                """,
            valueName: "name=playlist[,option...]"),
        transform: { try ChannelOption(parsing: $0) })
    var channel: [ChannelOption] = []

    @Option(help: "How long a channel keeps what was sent, for slow viewers and those who join (seconds).")
    var channelWindow = 10

    @Option(help: "Of it, at most this many bytes.")
    var channelWindowBytes = ChannelLimits.standard.windowBytes

    @Option(help: "How many times its rate a channel sends to who joins, until caught up; 0: wait for a key frame.")
    var joinBurst = ChannelLimits.standard.joinBurst ?? 0

    @Option(help: "Many viewers of a channel are sent what is new one after another within this time (ms); 0: at once.")
    var channelSpread = 400

    @Option(help: "When a channel sends something, it sends what is due within this time with it (ms).")
    var channelGather = 5

    func validate() throws {
        func check(_ holds: Bool, _ message: String) throws {
            guard holds else { throw ValidationError(message) }
        }
        try check((1...3600).contains(channelWindow), "--channel-window must be from 1 to 3600 s")
        try check(
            (65_536...1 << 30).contains(channelWindowBytes), "--channel-window-bytes must be from 65536 to 1073741824")
        try check((0...900).contains(channelSpread), "--channel-spread must be from 0 to 900 ms")
        try check((0...500).contains(channelGather), "--channel-gather must be from 0 to 500 ms")
        try check(joinBurst == 0 || (2...100).contains(joinBurst), "--join-burst must be 0 or from 2 to 100")
        var names: Set<String> = []
        for channel in channel {
            try check(names.insert(channel.name).inserted, "--channel \(channel.name) is there twice")
        }
    }

    /// Channels for the server. What cannot be played is found out by the first viewer.
    /// - Parameters:
    ///   - directory: the media root; a folder in it that a channel hides is warned of.
    ///   - stallTime: as of `ChannelLimits`.
    func configurations(
        _ library: MediaDirectory, directory: String, stallTime: MediaTime, logger: Logger
    ) -> [ChannelConfiguration] {
        channel.map { channel in
            var logger = logger
            logger[metadataKey: "channel"] = "\(channel.name)"
            if access("\(directory)/channels/\(channel.name)", F_OK) == 0 {
                logger.warning("the channel hides channels/\(channel.name) in the directory")
            }
            let source = PlaylistSource(
                library, path: channel.playlist, isShuffled: channel.isShuffled, isEndless: !channel.isOnce,
                logger: logger)
            return ChannelConfiguration(
                name: channel.name, source: source, limits: limits(of: channel, stallTime: stallTime),
                stopsClockUnwatched: channel.stopsClock, group: channel.group)
        }
    }

    func limits(of channel: ChannelOption, stallTime: MediaTime = ChannelLimits.standard.stallTime) -> ChannelLimits {
        let common = joinBurst == 0 ? nil : joinBurst
        let burst =
            switch channel.join {
            case .key: common ?? ChannelLimits.standard.joinBurst
            case .next: Int?.none
            case nil: common
            }
        return ChannelLimits(
            windowTime: .seconds(Int64(channelWindow)), windowBytes: channelWindowBytes, joinBurst: burst,
            stallTime: stallTime, spread: .milliseconds(Int64(channelSpread)),
            gather: .milliseconds(Int64(channelGather)))
    }
}
