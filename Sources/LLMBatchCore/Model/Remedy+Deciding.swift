extension Remedy {
    /// The decisions that an owner can make about a provider job that needs attention, safest first.
    ///
    /// - Parameter job: the provider job of the latest attempt.
    package static func decisions(_ batch: BatchID, job: Int = 1) -> [Step] {
        [.reconcile(batch), .adopt(batch, job: job), .resubmit(batch, job: job), .cancel(batch)]
    }

    /// The remedy for such an error: check the status, then decide.
    static func deciding(_ batch: BatchID, job: Int = 1) -> Remedy {
        Remedy(steps: [.showStatus(batch)] + decisions(batch, job: job))
    }

    /// The remedy for a named file; `FILE` is replaced with the name.
    func naming(_ file: String) -> Remedy {
        var remedy = self
        remedy.steps = steps.map { step in
            switch step {
            case .convert(let shell, let reader):
                .convert(shell: shell.replacing("FILE", with: ShellWord.quoted(file)), then: reader)
            case .runTypedJob("FILE"): .runTypedJob(file: file)
            default: step
            }
        }
        return remedy
    }
}
