import Delivery
import MediaCore
import RTSPSession

/// A title as a URL names it: all readers of the file share the title, whatever their URLs choose of it.
struct OpenedTitle {
    let title: any MediaTitle
    let query: TitleQuery
    let presentation: Presentation
    /// The channel that plays it; nil for a viewer's own timeline.
    let channel: ChannelAccess?

    /// - Throws: `.noSuchTrack` if the query chooses none, or one that is not there.
    init(_ title: any MediaTitle, _ query: TitleQuery) throws(MediaError) {
        let title = query.loop ? LoopedTitle(title) : title
        self.title = title
        self.query = query
        channel = nil
        presentation = try Presentation(title, query)
    }

    /// A channel loops, or not, for all.
    /// - Throws: as above.
    init(_ channel: ChannelAccess, _ query: TitleQuery) throws(MediaError) {
        self.title = channel.title
        self.query = query
        self.channel = channel
        presentation = try Presentation(channel.title, query).live(
            name: channel.name, multicast: channel.group?.offer)
    }
}
