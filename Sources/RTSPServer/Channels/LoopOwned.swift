import NIOCore

/// An object of an event loop, held from anywhere, and used and freed on that loop alone, whoever lets go of it last.
///
/// `NIOLoopBound` guards the use alone: its object is freed on the thread of the last who held it.
final class LoopOwned<Object: AnyObject>: Sendable {
    private let eventLoop: any EventLoop
    // SAFETY: a constant; what it refers to is touched on the event loop only, which `value` checks and `deinit` sees to.
    private nonisolated(unsafe) let object: Unmanaged<Object>

    /// On the event loop.
    init(_ object: Object, on eventLoop: any EventLoop) {
        eventLoop.preconditionInEventLoop()
        self.eventLoop = eventLoop
        self.object = .passRetained(object)
    }

    deinit {
        // SAFETY: as above; the one who held it last gives its reference to the loop.
        nonisolated(unsafe) let object = object
        if eventLoop.inEventLoop { object.release() } else { eventLoop.execute { object.release() } }
    }

    /// On the event loop alone.
    var value: Object {
        eventLoop.preconditionInEventLoop()
        return object.takeUnretainedValue()
    }
}
