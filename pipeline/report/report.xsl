<?xml version="1.0" encoding="UTF-8"?>
<!-- The report: one page that refers to no other file and has no script. Names and texts of the programme
     are in <bdi>, so that a text in another direction does not turn what is around it. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">

  <xsl:template match="/report">
    <html lang="en">
      <head>
        <meta charset="utf-8"/>
        <meta name="generator" content="talkpress report"/>
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta name="color-scheme" content="light dark"/>
        <meta name="referrer" content="no-referrer"/>
        <title>
          <xsl:value-of select="event/name"/>
          <xsl:text>: </xsl:text><xsl:apply-templates select="." mode="kind"/>
        </title>
        <style><xsl:processing-instruction name="piece"><xsl:value-of select="style"/></xsl:processing-instruction></style>
      </head>
      <body>
        <header>
          <p class="kind"><xsl:apply-templates select="." mode="kind"/></p>
          <h1><bdi><xsl:value-of select="event/name"/></bdi></h1>
          <p class="facts">
            <xsl:for-each select="event/place | event/days">
              <bdi><xsl:value-of select="."/></bdi><xsl:text> · </xsl:text>
            </xsl:for-each>
            <xsl:text>made </xsl:text><xsl:value-of select="made"/>
          </p>
          <xsl:apply-templates select="counts"/>
          <p class="intro"><xsl:apply-templates select="." mode="intro"/></p>
          <xsl:if test="lead_in"><p><xsl:value-of select="lead_in"/></p></xsl:if>
          <xsl:if test="no_strips"><p class="warn">Pictures are missing: <xsl:value-of select="no_strips"/></p></xsl:if>
        </header>
        <main>
          <xsl:call-template name="needs"/>
          <xsl:call-template name="lengths"/>
          <xsl:call-template name="checks"/>
          <xsl:if test="unused/item"><xsl:call-template name="unused"/></xsl:if>
          <xsl:if test="parts/item">
            <section class="each">
              <h2>Each part</h2>
              <xsl:apply-templates select="parts/item"/>
            </section>
          </xsl:if>
        </main>
        <footer><p>Made by talkpress. The checks are described in docs/checks.md.</p></footer>
      </body>
    </html>
  </xsl:template>

  <xsl:template match="/report" mode="kind">
    <xsl:choose>
      <xsl:when test="checked_only">Recordings against the programme</xsl:when>
      <xsl:otherwise>Report</xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="/report" mode="intro">
    <xsl:choose>
      <xsl:when test="checked_only">
        <xsl:text>Each recording was read twice, once to measure it and once to listen to it, and compared with what the programme lists. Nothing was encoded or changed.</xsl:text>
      </xsl:when>
      <xsl:otherwise>
        <xsl:text>What was recorded, compared with what the programme lists; what was decided about it; what was published; and what remains to do.</xsl:text>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- - - counts - - -->

  <xsl:template name="count">
    <xsl:param name="nb"/>
    <xsl:param name="what"/>
    <xsl:param name="class"/>
    <li class="{$class}"><strong><xsl:value-of select="$nb"/></strong><xsl:text> </xsl:text><span><xsl:value-of select="$what"/></span></li>
  </xsl:template>

  <xsl:template match="counts">
    <ul class="counts">
      <xsl:call-template name="count">
        <xsl:with-param name="nb" select="parts"/>
        <xsl:with-param name="what"><xsl:choose><xsl:when test="parts = 1">part</xsl:when><xsl:otherwise>parts</xsl:otherwise></xsl:choose></xsl:with-param>
      </xsl:call-template>
      <xsl:call-template name="count">
        <xsl:with-param name="nb" select="ok"/>
        <xsl:with-param name="what" select="'ok'"/>
        <xsl:with-param name="class" select="'good'"/>
      </xsl:call-template>
      <xsl:if test="accepted &gt; 0">
        <xsl:call-template name="count">
          <xsl:with-param name="nb" select="accepted"/>
          <xsl:with-param name="what" select="'accepted as they are'"/>
          <xsl:with-param name="class" select="'taken'"/>
        </xsl:call-template>
      </xsl:if>
      <xsl:call-template name="count">
        <xsl:with-param name="nb" select="need_person"/>
        <xsl:with-param name="what"><xsl:choose><xsl:when test="need_person = 1">needs a person</xsl:when><xsl:otherwise>need a person</xsl:otherwise></xsl:choose></xsl:with-param>
        <xsl:with-param name="class"><xsl:if test="need_person &gt; 0">bad</xsl:if></xsl:with-param>
      </xsl:call-template>
      <xsl:if test="not(../checked_only)">
        <xsl:call-template name="count">
          <xsl:with-param name="nb" select="published"/>
          <xsl:with-param name="what">published<xsl:if test="files_published &gt; 0">: <xsl:value-of select="files_published"/> files, <xsl:value-of select="size"/></xsl:if></xsl:with-param>
        </xsl:call-template>
      </xsl:if>
      <xsl:call-template name="count">
        <xsl:with-param name="nb" select="measured"/>
        <xsl:with-param name="what">recorded<xsl:if test="listed">, <xsl:value-of select="listed"/> listed</xsl:if></xsl:with-param>
      </xsl:call-template>
    </ul>
  </xsl:template>

  <!-- - - pieces of a part - - -->

  <!-- The sign tells the verdicts apart without colours. -->
  <xsl:template match="parts/item" mode="verdict">
    <span class="verdict {look}">
      <xsl:choose>
        <xsl:when test="look = 'good'">✓ ok</xsl:when>
        <xsl:when test="look = 'taken'">✓ <xsl:value-of select="verdict"/>, accepted</xsl:when>
        <xsl:when test="look = 'open'">○ <xsl:value-of select="verdict"/></xsl:when>
        <xsl:otherwise>! <xsl:value-of select="verdict"/></xsl:otherwise>
      </xsl:choose>
    </span>
  </xsl:template>

  <xsl:template match="parts/item" mode="title">
    <bdi><xsl:if test="language"><xsl:attribute name="lang"><xsl:value-of select="language"/></xsl:attribute></xsl:if><xsl:value-of select="title"/></bdi>
  </xsl:template>

  <xsl:template match="parts/item" mode="speakers">
    <xsl:for-each select="speakers/item">
      <xsl:if test="position() > 1">, </xsl:if><bdi><xsl:value-of select="."/></bdi>
    </xsl:for-each>
  </xsl:template>

  <xsl:template match="to_do">
    <ul class="todo">
      <xsl:for-each select="item">
        <li>
          <xsl:value-of select="what"/>
          <xsl:if test="command">: <code class="command"><xsl:value-of select="command"/></code></xsl:if>
        </li>
      </xsl:for-each>
    </ul>
  </xsl:template>

  <xsl:template match="causes">
    <xsl:for-each select="item">
      <xsl:if test="position() > 1"><br/></xsl:if><xsl:value-of select="."/>
    </xsl:for-each>
  </xsl:template>

  <!-- - - what needs a person - - -->

  <xsl:template name="needs">
    <xsl:if test="parts/item[needs_person]">
      <section>
        <h2>Needs a person</h2>
        <table class="needs">
          <thead><tr><th class="right">Talk</th><th>Title</th><th>Found</th><th>To do</th></tr></thead>
          <tbody>
            <xsl:for-each select="parts/item[needs_person]">
              <tr>
                <td class="right"><a href="#{id}"><xsl:value-of select="name"/></a></td>
                <td><xsl:apply-templates select="." mode="title"/></td>
                <td>
                  <xsl:apply-templates select="." mode="verdict"/><xsl:text> </xsl:text>
                  <xsl:if test="off"><span class="off"><xsl:value-of select="off"/></span></xsl:if>
                  <p><xsl:apply-templates select="causes"/></p>
                  <xsl:if test="failure"><p class="warn"><xsl:value-of select="failure"/></p></xsl:if>
                </td>
                <td><xsl:apply-templates select="to_do"/></td>
              </tr>
            </xsl:for-each>
          </tbody>
        </table>
      </section>
    </xsl:if>
  </xsl:template>

  <!-- - - all parts - - -->

  <xsl:template match="bar">
    <svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label="listed {../listed}, measured {../measured}">
      <rect width="{listed}" height="10">
        <xsl:attribute name="class">listed<xsl:if test="slot"> slot</xsl:if></xsl:attribute>
      </rect>
      <rect class="measured {../look}" y="3" width="{measured}" height="4"/>
    </svg>
  </xsl:template>

  <xsl:template name="lengths">
    <section>
      <h2>Listed against measured</h2>
      <table class="lengths">
        <thead>
          <tr><th class="right">Talk</th><th>Title</th><th class="right">Listed</th><th class="right">Measured</th><th class="right">Off</th><th class="barred">Listed (outline) and measured</th><th>Verdict</th></tr>
        </thead>
        <tbody>
          <xsl:for-each select="parts/item">
            <tr>
              <td class="right"><a href="#{id}"><xsl:value-of select="name"/></a></td>
              <td class="title"><xsl:apply-templates select="." mode="title"/></td>
              <td class="right">
                <xsl:choose>
                  <xsl:when test="listed"><xsl:value-of select="listed"/></xsl:when>
                  <xsl:when test="slot">slot <xsl:value-of select="slot"/></xsl:when>
                  <xsl:otherwise>–</xsl:otherwise>
                </xsl:choose>
              </td>
              <td class="right"><xsl:choose><xsl:when test="measured"><xsl:value-of select="measured"/></xsl:when><xsl:otherwise>–</xsl:otherwise></xsl:choose></td>
              <td class="right"><xsl:value-of select="off"/></td>
              <td class="barred"><xsl:apply-templates select="bar"/></td>
              <td><xsl:apply-templates select="." mode="verdict"/></td>
            </tr>
          </xsl:for-each>
        </tbody>
      </table>
    </section>
  </xsl:template>

  <!-- - - checks - - -->

  <xsl:template name="nb">
    <xsl:param name="nb"/>
    <xsl:param name="class"/>
    <td class="right"><xsl:if test="$nb &gt; 0"><xsl:attribute name="class">right <xsl:value-of select="$class"/></xsl:attribute><xsl:value-of select="$nb"/></xsl:if></td>
  </xsl:template>

  <xsl:template name="checks">
    <section>
      <h2>Checks</h2>
      <table class="checks">
        <thead>
          <tr><th class="right">No</th><th>Check</th><th>Class</th><th>Tolerance</th><th class="right">Pass</th><th class="right">Note</th><th class="right">Fail</th><th class="right">Waived</th><th class="right">Not checked</th></tr>
        </thead>
        <tbody>
          <xsl:for-each select="checks/item">
            <tr>
              <td class="right"><xsl:value-of select="number"/></td>
              <td><xsl:value-of select="name"/></td>
              <td><xsl:value-of select="class"/></td>
              <td><xsl:if test="tolerance != 'none'"><xsl:value-of select="tolerance"/></xsl:if></td>
              <xsl:call-template name="nb"><xsl:with-param name="nb" select="pass"/></xsl:call-template>
              <xsl:call-template name="nb"><xsl:with-param name="nb" select="note"/></xsl:call-template>
              <xsl:call-template name="nb"><xsl:with-param name="nb" select="fail"/><xsl:with-param name="class" select="'bad'"/></xsl:call-template>
              <xsl:call-template name="nb"><xsl:with-param name="nb" select="waived"/></xsl:call-template>
              <xsl:call-template name="nb"><xsl:with-param name="nb" select="not_checked"/></xsl:call-template>
            </tr>
          </xsl:for-each>
        </tbody>
      </table>
    </section>
  </xsl:template>

  <xsl:template match="checks/item" mode="result">
    <xsl:choose>
      <xsl:when test="result = 'pass'">✓ pass</xsl:when>
      <xsl:when test="result = 'fail'">! fail</xsl:when>
      <xsl:when test="result = 'waived'">✓ waived: <bdi><xsl:value-of select="because"/></bdi></xsl:when>
      <xsl:when test="result = 'not checked' and class = 'by eye'">☐</xsl:when>
      <xsl:otherwise><xsl:value-of select="result"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- - - recordings without a talk - - -->

  <xsl:template name="unused">
    <section>
      <h2>Recordings that no talk uses</h2>
      <ul>
        <xsl:for-each select="unused/item">
          <li><bdi><xsl:value-of select="name"/></bdi><xsl:if test="length">, <xsl:value-of select="length"/></xsl:if><xsl:if test="error">: <xsl:value-of select="error"/></xsl:if></li>
        </xsl:for-each>
      </ul>
    </section>
  </xsl:template>

  <!-- - - one part - - -->

  <xsl:template match="parts/item">
    <article id="{id}">
      <xsl:if test="not(recording)"><xsl:attribute name="class">short</xsl:attribute></xsl:if>
      <header>
        <h3>
          <span class="number"><xsl:value-of select="name"/></span><xsl:text> </xsl:text>
          <xsl:apply-templates select="." mode="title"/><xsl:text> </xsl:text>
          <xsl:apply-templates select="." mode="verdict"/>
        </h3>
        <p class="by">
          <xsl:apply-templates select="." mode="speakers"/>
          <xsl:for-each select="section | room">
            <xsl:if test="position() > 1 or ../speakers/item"> · </xsl:if><bdi><xsl:value-of select="."/></bdi>
          </xsl:for-each>
        </p>
      </header>
      <xsl:if test="strip">
        <div class="strip"><xsl:processing-instruction name="piece"><xsl:value-of select="strip"/></xsl:processing-instruction></div>
      </xsl:if>
      <xsl:if test="waveform">
        <xsl:processing-instruction name="piece"><xsl:value-of select="waveform"/></xsl:processing-instruction>
      </xsl:if>
      <dl>
        <xsl:apply-templates select="." mode="facts"/>
      </dl>
      <xsl:if test="files/item[made]"><xsl:apply-templates select="files"/></xsl:if>
      <xsl:apply-templates select="checks"/>
    </article>
  </xsl:template>

  <xsl:template name="fact">
    <xsl:param name="name"/>
    <xsl:param name="value"/>
    <xsl:param name="class"/>
    <xsl:if test="string($value) != ''"><div class="{$class}"><dt><xsl:value-of select="$name"/></dt><dd><xsl:copy-of select="$value"/></dd></div></xsl:if>
  </xsl:template>

  <xsl:template match="parts/item" mode="facts">
    <xsl:call-template name="fact">
      <xsl:with-param name="name" select="'Length'"/>
      <xsl:with-param name="value">
        <xsl:choose>
          <xsl:when test="measured"><xsl:value-of select="measured"/></xsl:when>
          <xsl:otherwise>not measured</xsl:otherwise>
        </xsl:choose>
        <xsl:choose>
          <xsl:when test="listed">, listed <xsl:value-of select="listed"/></xsl:when>
          <xsl:when test="slot">, slot <xsl:value-of select="slot"/></xsl:when>
        </xsl:choose>
        <xsl:if test="off"> (<xsl:value-of select="off"/>)</xsl:if>
      </xsl:with-param>
    </xsl:call-template>
    <xsl:call-template name="fact">
      <xsl:with-param name="name" select="'Cut'"/>
      <xsl:with-param name="value" select="cut"/>
    </xsl:call-template>
    <xsl:for-each select="recording">
      <xsl:call-template name="fact">
        <xsl:with-param name="name" select="'Recording'"/>
        <xsl:with-param name="value">
          <bdi><xsl:value-of select="name"/></bdi>
          <xsl:for-each select="length | picture | codec | size">, <xsl:value-of select="."/></xsl:for-each>
        </xsl:with-param>
      </xsl:call-template>
    </xsl:for-each>
    <xsl:for-each select="sound">
      <xsl:call-template name="fact">
        <xsl:with-param name="name" select="'Sound'"/>
        <xsl:with-param name="value">
          <xsl:choose>
            <xsl:when test="before_lufs"><xsl:value-of select="before_lufs"/>, peak <xsl:value-of select="before_dbtp"/> before</xsl:when>
            <xsl:otherwise>silent</xsl:otherwise>
          </xsl:choose>
          <xsl:if test="loudness_lufs">; <xsl:value-of select="loudness_lufs"/>, peak <xsl:value-of select="peak_dbtp"/> after<xsl:if test="gain_db"> (gain <xsl:value-of select="gain_db"/>)</xsl:if></xsl:if>
          <xsl:for-each select="fault | remarks"><br/><xsl:value-of select="."/></xsl:for-each>
        </xsl:with-param>
      </xsl:call-template>
    </xsl:for-each>
    <xsl:call-template name="fact">
      <xsl:with-param name="name" select="'Cause'"/>
      <xsl:with-param name="class" select="'wide'"/>
      <xsl:with-param name="value"><xsl:apply-templates select="causes"/></xsl:with-param>
    </xsl:call-template>
    <xsl:call-template name="fact">
      <xsl:with-param name="name" select="'Match'"/>
      <xsl:with-param name="class" select="'wide'"/>
      <xsl:with-param name="value">
        <xsl:if test="recording and match"><xsl:value-of select="match/certain"/><xsl:if test="match/reason">: <bdi><xsl:value-of select="match/reason"/></bdi></xsl:if></xsl:if>
      </xsl:with-param>
    </xsl:call-template>
    <xsl:call-template name="fact">
      <xsl:with-param name="name" select="'Decided'"/>
      <xsl:with-param name="class" select="'wide'"/>
      <xsl:with-param name="value">
        <xsl:for-each select="decisions/item">
          <xsl:if test="position() > 1"><br/></xsl:if>
          <bdi><xsl:value-of select="what"/></bdi>
          <xsl:if test="at">, <xsl:value-of select="at"/></xsl:if>
          <xsl:if test="because">: <q><bdi><xsl:value-of select="because"/></bdi></q></xsl:if>
        </xsl:for-each>
      </xsl:with-param>
    </xsl:call-template>
    <xsl:if test="to_do/item">
      <div class="wide"><dt>To do</dt><dd><xsl:apply-templates select="to_do"/></dd></div>
    </xsl:if>
  </xsl:template>

  <xsl:template match="files">
    <table class="files">
      <thead><tr><th>File</th><th class="right">Size</th><th class="right">Rate</th><th class="right">Length</th><th>Picture</th><th>Codecs</th></tr></thead>
      <tbody>
        <xsl:for-each select="item">
          <tr>
            <td>
              <xsl:value-of select="file"/>
              <xsl:choose>
                <xsl:when test="not(made)"> (not made yet)</xsl:when>
                <xsl:when test="not(published)"> (made, not published)</xsl:when>
              </xsl:choose>
              <xsl:if test="sha256"><br/><code class="sum"><xsl:value-of select="sha256"/></code></xsl:if>
            </td>
            <td class="right"><xsl:value-of select="size"/></td>
            <td class="right"><xsl:value-of select="rate"/></td>
            <td class="right"><xsl:value-of select="length"/></td>
            <td><xsl:value-of select="picture"/></td>
            <td><xsl:value-of select="codecs"/></td>
          </tr>
        </xsl:for-each>
      </tbody>
    </table>
  </xsl:template>

  <xsl:template match="parts/item/checks">
    <table class="checks">
      <thead><tr><th class="right">No</th><th>Check</th><th>Class</th><th>Required</th><th>Tolerance</th><th>Measured</th><th>Result</th></tr></thead>
      <tbody>
        <xsl:for-each select="item">
          <tr class="{translate(result, ' ', '-')}">
            <td class="right"><xsl:value-of select="number"/></td>
            <td><xsl:value-of select="name"/></td>
            <td><xsl:value-of select="class"/></td>
            <td><xsl:value-of select="required"/></td>
            <td><xsl:value-of select="tolerance"/></td>
            <td><bdi><xsl:value-of select="measured"/></bdi></td>
            <td class="result"><xsl:apply-templates select="." mode="result"/></td>
          </tr>
        </xsl:for-each>
      </tbody>
    </table>
  </xsl:template>
</xsl:stylesheet>
