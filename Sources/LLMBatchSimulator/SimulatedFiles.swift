public import Foundation

/// What a batch is about to end with. The script can change it before any client sees it.
public struct SimulatedFiles: Sendable {
    /// The batch before it ends.
    public let batch: SimulatedBatch
    /// The status that the batch ends in.
    public var status: String
    /// The output file's bytes; nil means no file and a null `output_file_id`.
    public var output: Data?
    /// The error file's bytes; nil means no file, and empty data means an empty file.
    public var error: Data?
    /// The value of `error_file_id` when there is no error file: nil for null, or a text such as the empty one.
    public var absentErrorFileID: String?
    /// The counts to report; nil for null.
    public var counts: SimulatedCounts?

    /// The output file as lines without their newlines. Setting it ends every line with a newline.
    public var outputLines: [Data] {
        get { Lines.split(output ?? Data()).map { Data($0) } }
        set { output = Lines.join(newValue) }
    }

    /// The error file as lines without their newlines. Setting it ends every line with a newline.
    public var errorLines: [Data] {
        get { Lines.split(error ?? Data()).map { Data($0) } }
        set { error = Lines.join(newValue) }
    }
}
