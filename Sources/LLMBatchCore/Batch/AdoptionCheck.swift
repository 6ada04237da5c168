/// Whether a job at the provider can be the one that an owner takes it for, by what it says of itself.
struct AdoptionCheck {
    /// The job in doubt.
    let job: ProviderJob
    /// The batch's other provider jobs.
    let others: [ProviderJob]

    /// What speaks against it, in words; nil when nothing does.
    ///
    /// Our token proves it. An earlier try of ours has another token, so that is no contradiction where the label or the
    /// input says that the job is ours.
    func contradiction(in seen: RemoteJob) -> String? {
        if let other = others.first(where: { $0.state.remoteID == seen.id }) {
            return "it is provider job \(other.id) already"
        }
        if let token = seen.token, token == job.state.token { return nil }
        if let batch = seen.batch, batch != job.id.batch.rawValue { return "it says that it is of batch \(batch)" }
        if let input = filled(seen.inputFileID), let own = filled(job.state.inputFileID) {
            return input == own ? nil : "its input is \(input), not \(own), which was uploaded for this one"
        }
        if let token = seen.token, seen.batch == nil, job.state.token != nil {
            return "it carries another submission's token, \(token)"
        }
        return contradiction(inCountsOf: seen)
    }

    /// Where nothing else tells one job from another, its size does, once it has ended.
    private func contradiction(inCountsOf seen: RemoteJob) -> String? {
        guard seen.token == nil, seen.batch == nil, seen.status == .completed, let total = seen.reported?.total,
            total > 0, total != job.input.requests
        else { return nil }
        return "it has \(total) requests, not \(job.input.requests)"
    }

    private func filled(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }
}
