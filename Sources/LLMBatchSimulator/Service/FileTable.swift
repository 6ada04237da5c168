import Foundation

/// The files of a simulated service: uploads, complete or not, and results.
struct FileTable {
    private(set) var all: [SimulatedFile] = []
    private var createsPerFile: [String: Int] = [:]

    /// The file with this id; setting nil removes it.
    subscript(id: String) -> SimulatedFile? {
        get { all.last { $0.id == id } }
        set {
            guard let place = all.lastIndex(where: { $0.id == id }) else {
                if let newValue { all.append(newValue) }
                return
            }
            if let newValue { all[place] = newValue } else { all.remove(at: place) }
        }
    }

    /// Adds a file, in place of an earlier one with the same id.
    mutating func add(_ file: SimulatedFile) { self[file.id] = file }

    /// The file with this id once its upload is complete.
    func whole(_ id: String) -> SimulatedFile? { self[id].flatMap { $0.isWhole ? $0 : nil } }

    /// Changes a file in place.
    mutating func change(_ id: String, _ body: (inout SimulatedFile) -> Void) {
        if let place = all.lastIndex(where: { $0.id == id }) { body(&all[place]) }
    }

    /// Appends bytes to an upload. Returns false if the script interrupts the upload, which keeps only some of them.
    mutating func append(_ bytes: Data, to id: String, _ script: SimulatorScript) -> Bool {
        guard let place = all.lastIndex(where: { $0.id == id }) else { return false }
        guard let kept = script.uploadBreaksAfter, !all[place].hasBroken else {
            all[place].bytes.append(bytes)
            return true
        }
        all[place].hasBroken = true
        all[place].bytes.append(bytes.prefix(kept))
        return false
    }

    /// Counts a create call that names a file; true while the script still hides the file from such calls.
    mutating func isHidden(_ id: String, _ script: SimulatorScript) -> Bool {
        createsPerFile[id, default: 0] += 1
        return createsPerFile[id, default: 0] <= script.fileRace
    }
}
