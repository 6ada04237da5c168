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

    /// Makes one of its parts.
    public init(host: String, process: Int32, runner: String) {
        self.host = host
        self.process = process
        self.runner = runner
    }

    /// A new owner in this process.
    public static func current() -> ClaimOwner {
        var name = [CChar](repeating: 0, count: 256)
        let host =
            gethostname(&name, name.count - 1) == 0
            ? String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self) : "unknown"
        return ClaimOwner(host: host, process: getpid(), runner: RandomName.make(length: 10))
    }

    /// True when this owner's process is known to be gone, so that nobody need wait for its claim to expire.
    ///
    /// Only a process of this host can be known; a process id that has been given to another process says nothing.
    public func isGone() -> Bool {
        let here = ClaimOwner.current()
        guard host == here.host, process != here.process else { return false }
        return kill(process, 0) != 0 && errno == ESRCH
    }

    /// In words, safe to show.
    public var description: String { "process \(process) on \(host)" }
}
