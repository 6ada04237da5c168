/// A simulated service that keeps its jobs in a table, from which what a test asks of it follows.
protocol TableService: SimulatedService, Actor {
    /// Its jobs.
    var table: JobTable { get set }
    /// What it is to do.
    var scriptState: ScriptHolder { get }
    /// Makes the results of a job that has come to its end.
    ///
    /// - Parameter job: as it was before.
    func end(_ job: SimulatedBatchState, in status: String)
}

extension TableService {
    /// The script in force.
    var script: SimulatorScript { scriptState.script }

    func jobs() -> [SimulatedBatch] { table.jobs.map(\.publicView) }

    func forget(_ id: String) -> Bool { table.forget(id) }

    func force(_ id: String, to status: String) -> Bool {
        var ending: (SimulatedBatchState, String)?
        let isThere = table.force(id, to: status, script: script) { ending = ($0, $1) }
        if let ending { end(ending.0, in: ending.1) }
        return isThere
    }
}
