/// What the owner of a batch can decide of a provider job that needs attention, as commands to type.
package enum Decisions {
    /// A command a line, with what it does; the same wherever they are told.
    ///
    /// - Parameters:
    ///   - index: which provider job of the latest attempt is meant.
    ///   - suffix: words that every command ends with, such as those that lead to the store.
    package static func lines(_ batch: BatchID, job index: Int = 1, suffix: String = "") -> [String] {
        let job = index == 1 ? "" : " --job \(index)"
        return [
            "llmbatch reconcile \(batch)\(suffix)  # looks for it at the provider once more",
            "llmbatch adopt \(batch) REMOTE-ID\(job)\(suffix)  # links it to the job of that id at the provider",
            "llmbatch resubmit \(batch)\(job)\(suffix)  # submits it again; it may be paid for twice",
            "llmbatch cancel \(batch)\(suffix)  # gives up what is open",
        ]
    }

    /// The same for an error, after the command that tells what is known.
    static func hint(_ batch: BatchID, job index: Int = 1) -> String {
        (["llmbatch status \(batch)  # shows what is known"] + lines(batch, job: index)).joined(separator: "\n")
    }
}
