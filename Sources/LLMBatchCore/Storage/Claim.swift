import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The right to drive one batch: a lease that ends when it expires or a newer claim is made.
public struct Claim: Sendable, Hashable, Codable {
    /// The claimed batch.
    public let batch: BatchID
    /// The holder of the claim.
    public let owner: ClaimOwner
    /// The fencing token: increases with every claim of the batch; a write with a smaller one is refused.
    public let fence: Int

    public init(batch: BatchID, owner: ClaimOwner, fence: Int) {
        self.batch = batch
        self.owner = owner
        self.fence = fence
    }
}

/// The holder of a claim: one runner in one process.
public struct ClaimOwner: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The name of the machine.
    package var host: String
    /// The process id.
    package var process: Int32
    /// Distinguishes the runners of one process.
    package var runner: String
    /// The start time of the process, in the system's own units; nil where the system does not report it. Distinguishes
    /// a process from a later one with the same id.
    package var started: UInt64?

    package init(host: String, process: Int32, runner: String, started: UInt64? = nil) {
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

    /// True when this owner's process is known to be gone, so that its claim can be taken over before it expires.
    ///
    /// This is only known for processes on this host. A process id that has been reused shows nothing, unless the
    /// system reports start times.
    public func isGone() -> Bool {
        let here = ClaimOwner.current()
        guard host == here.host else { return false }
        if let started, let now = Self.started(process), now != started { return true }
        guard process != here.process else { return false }
        return kill(process, 0) != 0 && errno == ESRCH
    }

    /// True when this owner's process is known to be running: it is on this host, and the process with its id started
    /// at the recorded time.
    public func isAlive() -> Bool {
        guard host == ClaimOwner.current().host, let started else { return false }
        return Self.started(process) == started
    }

    /// The start time of a process, in ticks since boot; nil when there is none, or the system does not report it.
    private static func started(_ process: Int32) -> UInt64? {
        guard let file = FileManager.default.contents(atPath: "/proc/\(process)/stat") else { return nil }
        // The program's name is in parentheses and may contain anything; the start time is the twentieth field after
        // it.
        let text = String(decoding: file, as: UTF8.self)
        guard let end = text.lastIndex(of: ")") else { return nil }
        let words = text[text.index(after: end)...].split(separator: " ")
        return words.count > 19 ? UInt64(words[19]) : nil
    }

    public var description: String { "process \(process) on \(host)" }
}
