/// The jobs of a simulated service, and how the script moves them through their statuses. Their wire format is up to
/// the service.
struct JobTable {
    /// A job that has just ended: as it was before, and the status that it got.
    typealias Ending = (job: ServiceJob, status: String)

    private(set) var all: [ServiceJob] = []

    /// The job with this id.
    subscript(id: String) -> ServiceJob? { all.first { $0.id == id } }

    /// Adds a job in the script's first status. A job with problems is validated first.
    mutating func add(_ job: ServiceJob, _ script: SimulatorScript) -> Ending? {
        var job = job
        job.status = ""
        job.createdAt += script.clockSkew
        all.append(job)
        return move(at: all.count - 1, to: job.problems.isEmpty ? script.statuses.first ?? "in_progress" : "validating")
    }

    /// Counts a GET of a job; true while the script still hides the job.
    mutating func isHidden(_ id: String, _ script: SimulatorScript) -> Bool {
        guard let place = place(of: id), all[place].getsRefused < script.getRace else { return false }
        all[place].getsRefused += 1
        return true
    }

    /// Advances a job by one status.
    mutating func advance(_ id: String, _ script: SimulatorScript) -> Ending? {
        guard let place = place(of: id) else { return nil }
        let ending = move(at: place, to: all[place].nextStatus(script))
        if all[place].status == "in_progress", let total = all[place].counts?.total {
            all[place].counts?.completed = min(total, script.completedWhileRunning)
        }
        return ending
    }

    /// The jobs that a listing shows, in the script's order, together with those of other users. A first page counts
    /// towards the listing lag.
    mutating func listed(_ script: SimulatorScript, isFirstPage: Bool) -> [ServiceJob] {
        let shown = all.filter { $0.listingsMissed >= script.listLag }
        if isFirstPage { for place in all.indices { all[place].listingsMissed += 1 } }
        let strangers = script.strangers.enumerated().map { ServiceJob.stranger($0.offset, age: $0.element) }
        return script.listOrder.arranged((strangers + shown).sorted { $0.createdAt < $1.createdAt })
    }

    /// Sets a job's status, also of one that has ended.
    mutating func force(_ id: String, to status: String, _ script: SimulatorScript) -> Ending? {
        guard let place = place(of: id) else { return nil }
        all[place].step = script.statuses.firstIndex(of: status) ?? all[place].step
        return move(at: place, to: status)
    }

    /// Changes what is stored about a job.
    mutating func change(_ id: String, _ body: (inout ServiceJob) -> Void) {
        if let place = place(of: id) { body(&all[place]) }
    }

    /// Removes a job; false when there is no such job.
    mutating func forget(_ id: String) -> Bool {
        guard let place = place(of: id) else { return false }
        all.remove(at: place)
        return true
    }

    private func place(of id: String) -> Int? { all.firstIndex { $0.id == id } }

    private mutating func move(at place: Int, to status: String) -> Ending? {
        guard all[place].status != status else { return nil }
        let before = all[place]
        all[place].move(to: status)
        return FinalStatus.all.contains(status) ? (before, status) : nil
    }
}
