import LLMBatchProviders
import Testing

/// XML as S3 and STS write it, and as others should not.
@Suite("XML answers")
struct XMLTreeTests {
    @Test("Elements, text, entities and CDATA are read; prefixes and attributes are left out")
    func reads() throws {
        let text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <!-- a listing -->
            <s3:List xmlns:s3="http://s3.amazonaws.com/doc/2006-03-01/" note='a > b'>
              <Name>  b&amp;c &lt;d&gt; &#233;&#x41; </Name>
              <Empty/><Empty></Empty>
              <Contents><Key>one</Key></Contents><Contents><Key><![CDATA[<two>]]></Key></Contents>
            </s3:List>
            """
        let tree = try #require(XMLTree(Array(text.utf8)))
        #expect(tree.name == "List")
        #expect(tree.string("Name") == "b&c <d> \u{e9}A")
        #expect(tree.all("Empty").count == 2 && tree.string("Empty") == nil)
        #expect(tree.all("Contents").map { $0.string("Key") } == ["one", "<two>"])
    }

    @Test(
        "Other XML is rejected and never crashes",
        arguments: [
            "", "text", "<a>", "<a></b>", "<a><b></a></b>", "</a>", "<a/><b/>", "<a>&unknown;</a>", "<a>&#0;</a>",
            "<a>&#x110000;</a>", "<a>&amp</a>", "<a", "<a b=\"c>", "<a>x</a>y",
            "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
            "<!DOCTYPE html><html><p>bad gateway</html>", "<![CDATA[x]]>", "<a><![CDATA[x</a>", "< a/>", "<a<b/>",
            String(repeating: "<a>", count: 200_000),
        ])
    func refuses(text: String) {
        #expect(XMLTree(Array(text.utf8)) == nil)
    }

    @Test(
        "Undeclared or malformed namespaces change nothing",
        arguments: [
            #"<x:a xmlns:x=""><b/></x:a>"#, #"<a xmlns><b/></a>"#, #"<a xmlns:="y"><b/></a>"#,
            #"<y:a y:c="d"><b/></y:a>"#,
            #"<a xmlns:xml="q" xmlns="xmlns"><b/></a>"#,
        ])
    func namespaces(text: String) {
        #expect(XMLTree(Array(text.utf8))?.all("b").count == 1)
    }
}
