/// An index of answers by request, updated on demand.
struct AnsweredContents {
    struct Place {
        let job: ProviderJobID
        let position: Int
    }

    var places: [ReuseKey: Place] = [:]
    /// The answers of imported batches.
    var importedPlaces: [ReuseKey: Place] = [:]
    var jobs: Set<ProviderJobID> = []
}

extension MemoryStorage: AnswerLookup {
    package func answers(to contents: [ReuseKey], fromImports: Bool) async throws -> [ReuseKey: BatchResult] {
        for batch in all.values where batch.isVisible { note(batch) }
        var found: [ReuseKey: BatchResult] = [:]
        for content in contents {
            let imported = fromImports ? answered.importedPlaces[content] : nil
            guard let place = answered.places[content] ?? imported, let batch = all[place.job.batch] else { continue }
            let attempt = batch.attempts.first { $0.attempt.number == place.job.attempt }
            found[content] = attempt?.tries[place.position]?.result
        }
        return found
    }

    private func note(_ batch: MemoryBatch) {
        for attempt in batch.sealedAttempts {
            for (index, entry) in attempt.jobs where entry.state.phase == .ended {
                let job = ProviderJobID(batch: batch.new.id, attempt: attempt.attempt.number, index: index)
                guard answered.jobs.insert(job).inserted else { continue }
                for position in entry.positions where attempt.tries[position]?.result?.outcome == .succeeded {
                    let content = ReuseKey(
                        batch.asked(position, in: attempt).request, provider: attempt.attempt.provider)
                    let place = AnsweredContents.Place(job: job, position: position)
                    if batch.importedAt == nil {
                        answered.places[content] = place
                    } else {
                        answered.importedPlaces[content] = place
                    }
                }
            }
        }
    }
}
