import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The right to drive one batch, until it expires or a newer claim is made.
public struct Claim: Sendable, Hashable, Codable {
    /// The batch it is about.
    public let batch: BatchID
    /// Who holds it.
    public let owner: ClaimOwner
    /// Grows with every claim of the batch; a write under a smaller one is refused.
    public let fence: Int

    /// Makes one of its parts.
    public init(batch: BatchID, owner: ClaimOwner, fence: Int) {
        self.batch = batch
        self.owner = owner
        self.fence = fence
    }
}

/// Who holds a claim: one runner in one process.
public struct ClaimOwner: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The name of the machine.
    public var host: String
    /// The process id.
    public var process: Int32
    /// Tells two runners of one process apart.
    public var runner: String
    /// When the process was started, in the system's own count; nil where the system does not say. Tells a process from a
    /// later one that was given the same id.
    public var started: UInt64?

    /// An owner by its parts.
    public init(host: String, process: Int32, runner: String, started: UInt64? = nil) {
        self.host = host
        self.process = process
        self.runner = runner
        self.started = started
    }

    /// A new owner in this process.
    public static func current() -> ClaimOwner {
        var name = [CChar](repeating: 0, count: 256)
        let host =
            gethostname(&name, name.count - 1) == 0
            ? String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self) : "unknown"
        return ClaimOwner(
            host: host, process: getpid(), runner: RandomName.make(length: 10), started: started(getpid()))
    }

    /// True when this owner's process is known to be gone, so that nobody need wait for its claim to expire.
    ///
    /// Only a process of this host can be known; a process id that has been given to another process says nothing, but
    /// where the system says when each was started.
    public func isGone() -> Bool {
        let here = ClaimOwner.current()
        guard host == here.host else { return false }
        if let started, let now = Self.started(process), now != started { return true }
        guard process != here.process else { return false }
        return kill(process, 0) != 0 && errno == ESRCH
    }

    /// True when this owner's process is known to be running: it is on this host, and the process of its id was started
    /// when this one was.
    public func isAlive() -> Bool {
        guard host == ClaimOwner.current().host, let started else { return false }
        return Self.started(process) == started
    }

    /// When a process was started, in ticks since the system was; nil when there is none, or the system does not say.
    private static func started(_ process: Int32) -> UInt64? {
        guard let file = FileManager.default.contents(atPath: "/proc/\(process)/stat") else { return nil }
        // The name of the program stands in parentheses and may hold anything; the start is the twentieth word after it.
        let text = String(decoding: file, as: UTF8.self)
        guard let end = text.lastIndex(of: ")") else { return nil }
        let words = text[text.index(after: end)...].split(separator: " ")
        return words.count > 19 ? UInt64(words[19]) : nil
    }

    /// In words, safe to show.
    public var description: String { "process \(process) on \(host)" }
}
