import LLMBatchProviders
import Testing

@Suite("Results within a job")
struct ElementSplitterTests {
    private let text =
        #"{"id":"b","note":"results\":[","inner":{"results":[1]}, "results" : [ {"a":"]},{"}, [2,3] ,"x,y", null ],"list":[4,5],"results_end":true}"#

    @Test("Elements and the rest are the same for every division into chunks", arguments: [1, 2, 3, 7, 1000])
    func chunks(of size: Int) {
        var splitter = ElementSplitter(array: "results")
        let bytes = Array(text.utf8)
        var elements: [String] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            let chunk = Array(bytes[start..<min(start + size, bytes.count)])
            elements += splitter.elements(in: chunk).map { element in
                String(decoding: element, as: UTF8.self).filter { $0 != " " }
            }
        }
        #expect(elements == [#"{"a":"]},{"}"#, "[2,3]", #""x,y""#, "null"])
        #expect(
            String(decoding: splitter.rest, as: UTF8.self)
                == #"{"id":"b","note":"results\":[","inner":{"results":[1]}, "results" : [],"list":[4,5],"results_end":true}"#
        )
    }

    @Test("An array within objects is found, and so is its copy", arguments: [1, 2, 3, 7, 1000])
    func nested(_ size: Int) {
        let text =
            #"{"results":[0],"a":{"b":{"note":"\"b\":[","results":[]},"l":[{"b":[8]}]},"c":{"results":[ {"x":[1,"é"]},[2],"\\"]},"a":{"b":{"results":[7]}}}"#
        var splitter = ElementSplitter(arrays: [["a", "b", "results"], ["c", "results"]])
        let bytes = Array(text.utf8)
        var elements: [String] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            let found = splitter.elements(in: Array(bytes[start..<min(start + size, bytes.count)]))
            elements += found.map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(elements == [#" {"x":[1,"é"]}"#, "[2]", #""\\""#])
        #expect(
            String(decoding: splitter.rest, as: UTF8.self)
                == #"{"results":[0],"a":{"b":{"note":"\"b\":[","results":[]},"l":[{"b":[8]}]},"c":{"results":[]},"a":{"b":{"results":[]}}}"#
        )
        #expect(splitter.held == splitter.rest.count)
    }

    @Test("An empty or null array has no elements")
    func anArrayThatIsEmptyOrNullHasNoElements() {
        for text in [#"{"results":[]}"#, #"{"results":[ ]}"#, #"{"results":null}"#] {
            var splitter = ElementSplitter(array: "results")
            #expect(splitter.elements(in: Array(text.utf8)).isEmpty)
        }
    }
}
