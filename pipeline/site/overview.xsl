<?xml version="1.0" encoding="UTF-8"?>
<!-- The overview of an event: index.html. Its microdata (itemprop) are what 'talkpress import' reads. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:import href="common.xsl"/>

  <xsl:template match="/site">
    <html lang="en">
      <head>
        <xsl:call-template name="head">
          <xsl:with-param name="title" select="event/title"/>
          <xsl:with-param name="description">
            <xsl:for-each select="event/place | event/days | event/count">
              <xsl:if test="position() > 1"><xsl:text> · </xsl:text></xsl:if>
              <xsl:value-of select="."/>
            </xsl:for-each>
          </xsl:with-param>
        </xsl:call-template>
        <meta property="og:type" content="website"/>
        <xsl:if test="event/base">
          <link rel="canonical" href="{event/base}"/>
          <meta property="og:url" content="{event/base}"/>
          <xsl:if test="event/contact_sheet"><meta property="og:image" content="{event/base}{event/contact_sheet}"/></xsl:if>
        </xsl:if>
        <script defer="defer" src="search.js"></script>
      </head>
      <body class="overview" itemscope="itemscope" itemtype="https://schema.org/Event">
        <a class="skip" href="#talks">Skip to the talks</a>
        <header>
          <h1>
            <xsl:choose>
              <xsl:when test="event/name"><bdi itemprop="name"><xsl:value-of select="event/name"/></bdi></xsl:when>
              <xsl:otherwise><xsl:value-of select="event/title"/></xsl:otherwise>
            </xsl:choose>
          </h1>
          <ul class="facts">
            <xsl:if test="event/place"><li><bdi itemprop="location"><xsl:value-of select="event/place"/></bdi></li></xsl:if>
            <xsl:if test="event/days">
              <li>
                <time itemprop="startDate" datetime="{event/begin}"><xsl:value-of select="event/days"/></time>
                <xsl:if test="event/end"><meta itemprop="endDate" content="{event/end}"/></xsl:if>
              </li>
            </xsl:if>
            <li><xsl:value-of select="event/count"/></li>
            <xsl:if test="event/total"><li><xsl:value-of select="event/total"/></li></xsl:if>
          </ul>
          <form id="search" role="search" hidden="hidden">
            <label for="words">
              <xsl:choose>
                <xsl:when test="captions">Search titles, speakers, summaries and what was said</xsl:when>
                <xsl:otherwise>Search titles, speakers and summaries</xsl:otherwise>
              </xsl:choose>
            </label>
            <input id="words" type="search" autocomplete="off" spellcheck="false">
              <xsl:if test="captions"><xsl:attribute name="data-captions">captions-index.js</xsl:attribute></xsl:if>
            </input>
            <p id="found" role="status"></p>
          </form>
        </header>
        <nav aria-label="Sections">
          <ul>
            <xsl:for-each select="sections/item[name]">
              <li><a href="#{id}"><bdi><xsl:value-of select="name"/></bdi></a></li>
            </xsl:for-each>
            <xsl:if test="speakers/item"><li><a href="#speakers">Speakers</a></li></xsl:if>
          </ul>
        </nav>
        <main id="talks">
          <xsl:apply-templates select="sections/item"/>
        </main>
        <xsl:if test="speakers/item">
          <section class="speakers" aria-labelledby="speakers">
            <h2 id="speakers">Speakers</h2>
            <ul>
              <xsl:for-each select="speakers/item">
                <li>
                  <bdi><xsl:value-of select="name"/></bdi>
                  <xsl:for-each select="talks/item">
                    <xsl:text> </xsl:text><a href="#talk-{number}" title="{title}"><xsl:value-of select="number"/></a>
                  </xsl:for-each>
                </li>
              </xsl:for-each>
            </ul>
          </section>
        </xsl:if>
        <xsl:call-template name="foot"/>
      </body>
    </html>
  </xsl:template>

  <xsl:template match="sections/item">
    <section>
      <xsl:if test="name">
        <xsl:attribute name="aria-labelledby"><xsl:value-of select="id"/></xsl:attribute>
        <xsl:attribute name="itemprop">subEvent</xsl:attribute>
        <xsl:attribute name="itemscope">itemscope</xsl:attribute>
        <xsl:attribute name="itemtype">https://schema.org/EventSeries</xsl:attribute>
        <h2 id="{id}"><bdi itemprop="name"><xsl:value-of select="name"/></bdi></h2>
      </xsl:if>
      <xsl:if test="not(name)"><h2 class="hidden">Talks</h2></xsl:if>
      <ol class="talks">
        <xsl:apply-templates select="talks/item"/>
      </ol>
    </section>
  </xsl:template>

  <xsl:template match="talks/item">
    <li class="talk" id="talk-{number}" value="{number}" itemprop="subEvent" itemscope="itemscope" itemtype="https://schema.org/EducationEvent">
      <xsl:apply-templates select="." mode="facts"/>
      <xsl:choose>
        <xsl:when test="parts/item[poster]">
          <a class="poster" href="{parts/item[poster][1]/page}" tabindex="-1" aria-hidden="true">
            <img src="{parts/item[poster][1]/poster}" alt="" loading="lazy" decoding="async" width="320" height="180"/>
          </a>
        </xsl:when>
        <xsl:otherwise><div class="poster none" aria-hidden="true"><xsl:value-of select="number"/></div></xsl:otherwise>
      </xsl:choose>
      <div class="about">
        <h3>
          <span class="number"><xsl:value-of select="number"/></span>
          <xsl:text> </xsl:text>
          <xsl:choose>
            <xsl:when test="parts/item"><a href="{parts/item[1]/page}"><xsl:apply-templates select="." mode="title"/></a></xsl:when>
            <xsl:otherwise><xsl:apply-templates select="." mode="title"/></xsl:otherwise>
          </xsl:choose>
        </h3>
        <xsl:if test="speakers/item">
          <p class="by">
            <xsl:for-each select="speakers/item">
              <xsl:if test="position() > 1"><xsl:text>, </xsl:text></xsl:if>
              <bdi itemprop="performer"><xsl:value-of select="."/></bdi>
            </xsl:for-each>
          </p>
        </xsl:if>
        <xsl:for-each select="paragraphs/item">
          <p class="summary" dir="auto" itemprop="description">
            <xsl:for-each select="../.."><xsl:call-template name="lang"/></xsl:for-each>
            <xsl:value-of select="."/>
          </p>
        </xsl:for-each>
        <ul class="watch">
          <xsl:apply-templates select="parts/item | absent/item">
            <xsl:sort select="part" data-type="number"/>
          </xsl:apply-templates>
        </ul>
      </div>
    </li>
  </xsl:template>

  <!-- What is not shown, or not in this form. -->
  <xsl:template match="talks/item" mode="facts">
    <meta itemprop="identifier" content="{number}"/>
    <xsl:if test="ref"><meta itemprop="identifier" content="{ref}"/></xsl:if>
    <xsl:for-each select="durations/item"><meta itemprop="duration" content="{.}"/></xsl:for-each>
    <xsl:if test="start"><meta itemprop="startDate" content="{start}"/></xsl:if>
    <xsl:if test="room"><meta itemprop="location" content="{room}"/></xsl:if>
    <xsl:if test="language"><meta itemprop="inLanguage" content="{language}"/></xsl:if>
    <xsl:if test="url"><meta itemprop="sameAs" content="{url}"/></xsl:if>
  </xsl:template>

  <xsl:template match="talks/item" mode="title">
    <bdi itemprop="name"><xsl:call-template name="lang"/><xsl:value-of select="title"/></bdi>
  </xsl:template>

  <xsl:template match="parts/item">
    <li>
      <a href="{page}">
        <xsl:choose>
          <xsl:when test="of">Part <xsl:value-of select="part"/></xsl:when>
          <xsl:when test="sound">Listen</xsl:when>
          <xsl:otherwise>Watch</xsl:otherwise>
        </xsl:choose>
        <xsl:text> </xsl:text><span class="length"><xsl:value-of select="length"/></span>
        <span class="hidden">, <xsl:value-of select="../../title"/></span>
      </a>
    </li>
  </xsl:template>

  <xsl:template match="absent/item">
    <li class="absent">
      <xsl:if test="of">Part <xsl:value-of select="part"/><xsl:text>: </xsl:text></xsl:if>
      <xsl:choose>
        <xsl:when test="because != ''">no video: <bdi><xsl:value-of select="because"/></bdi></xsl:when>
        <xsl:when test="../../parts/item">not published yet</xsl:when>
        <xsl:otherwise>Not published yet</xsl:otherwise>
      </xsl:choose>
    </li>
  </xsl:template>
</xsl:stylesheet>
