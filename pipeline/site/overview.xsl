<?xml version="1.0" encoding="UTF-8"?>
<!-- The overview of an event: index.html. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:import href="common.xsl"/>

  <xsl:template match="/site">
    <html>
      <xsl:attribute name="lang">en</xsl:attribute>
      <head>
        <xsl:call-template name="head">
          <xsl:with-param name="title" select="event/title"/>
          <xsl:with-param name="description" select="event/summary"/>
        </xsl:call-template>
        <script defer="defer" src="search.js"></script>
      </head>
      <body class="overview">
        <a class="skip" href="#talks">Skip to the talks</a>
        <header>
          <h1><xsl:value-of select="event/title"/></h1>
          <p class="facts"><xsl:value-of select="event/summary"/></p>
          <form id="search" role="search" hidden="hidden">
            <label for="words">Search titles, speakers and summaries</label>
            <input id="words" type="search" autocomplete="off" spellcheck="false"/>
            <output id="found" for="words"></output>
          </form>
        </header>
        <xsl:if test="count(sections/item) > 1">
          <nav aria-label="Sections">
            <ul>
              <xsl:for-each select="sections/item">
                <li><a href="#{id}"><xsl:value-of select="name"/></a></li>
              </xsl:for-each>
            </ul>
          </nav>
        </xsl:if>
        <main id="talks">
          <xsl:apply-templates select="sections/item"/>
        </main>
        <xsl:call-template name="foot"/>
      </body>
    </html>
  </xsl:template>

  <xsl:template match="sections/item">
    <section>
      <xsl:if test="name">
        <h2 id="{id}"><xsl:value-of select="name"/></h2>
      </xsl:if>
      <ol class="talks">
        <xsl:apply-templates select="talks/item"/>
      </ol>
    </section>
  </xsl:template>

  <xsl:template match="talks/item">
    <li class="talk" id="talk-{number}" value="{number}">
      <xsl:choose>
        <xsl:when test="parts/item[poster]">
          <a class="poster" href="{parts/item[poster][1]/page}" tabindex="-1" aria-hidden="true">
            <img src="{parts/item[poster][1]/poster}" alt="" loading="lazy" width="320" height="180"/>
          </a>
        </xsl:when>
        <xsl:otherwise><div class="poster none" aria-hidden="true"></div></xsl:otherwise>
      </xsl:choose>
      <div class="about">
        <h3>
          <span class="number"><xsl:value-of select="number"/></span>
          <xsl:text> </xsl:text>
          <xsl:choose>
            <xsl:when test="parts/item">
              <a href="{parts/item[1]/page}"><xsl:value-of select="title"/></a>
            </xsl:when>
            <xsl:otherwise><xsl:value-of select="title"/></xsl:otherwise>
          </xsl:choose>
        </h3>
        <p class="by"><xsl:call-template name="speakers"/></p>
        <xsl:call-template name="paragraphs"/>
        <p class="watch">
          <xsl:choose>
            <xsl:when test="not(parts/item)">
              <span class="missing">Not published yet</span>
            </xsl:when>
            <xsl:when test="count(parts/item) = 1 and not(nb_parts)">
              <a href="{parts/item/page}">Watch</a>
              <xsl:text> </xsl:text>
              <span class="length"><xsl:value-of select="parts/item/length"/></span>
            </xsl:when>
            <xsl:otherwise>
              <xsl:for-each select="parts/item">
                <xsl:if test="position() > 1"><xsl:text> · </xsl:text></xsl:if>
                <a href="{page}">Part <xsl:value-of select="part"/></a>
                <xsl:text> </xsl:text>
                <span class="length"><xsl:value-of select="length"/></span>
              </xsl:for-each>
            </xsl:otherwise>
          </xsl:choose>
        </p>
      </div>
    </li>
  </xsl:template>
</xsl:stylesheet>
